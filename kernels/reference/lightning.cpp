// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <vector>

#include "kernels/reference/backend.h"
#include "kernels/reference/norm.h"
#include "kernels/reference/scalar.h"

namespace arges::kernels::reference {

namespace {

struct Extents {
  std::int64_t heads;
  std::int64_t width;
};

Extents extents(const LightningArgs& args) {
  return {args.y.shape[1], args.y.shape[3]};
}

float* state_of(const LightningArgs& args, std::int64_t slot) {
  const Extents e = extents(args);
  const std::int64_t layer = slot * args.states.shape[1] + args.layer;
  return args.states.f32() + layer * e.heads * e.width * e.width;
}

// All heads' states as they were before the span.
template <typename Real>
std::vector<Real> read_states(const LightningArgs& args, const StepSpan& span) {
  const Extents e = extents(args);
  const std::int64_t count = e.heads * e.width * e.width;
  if (span.read_slot < 0) return std::vector<Real>(static_cast<std::size_t>(count));
  const float* from = state_of(args, span.read_slot);
  return {from, from + count};
}

// One token of one head: S ← decay·S + k vᵀ, o = Sᵀ q. The decay comes as decay − 1, which is held
// more exactly when the decay is almost 1.
template <typename Real>
void step(const Real* q, const Real* k, const Real* v, Real decay_less_one, std::int64_t width,
          Real* state, Real* o) {
  for (std::int64_t i = 0; i < width; ++i) {
    for (std::int64_t j = 0; j < width; ++j) {
      Real& s = state[i * width + j];
      s = std::fma(k[i], v[j], std::fma(decay_less_one, s, s));
      o[j] = std::fma(q[i], s, o[j]);
    }
  }
}

// One head of one row, output gate included; returns its Σ o².
template <typename Real>
Real run_head(const LightningArgs& args, std::int64_t row, std::int64_t head, Real* states) {
  const Extents e = extents(args);
  const std::int64_t index = row * e.heads + head;
  const float* y = args.y.f32() + index * 4 * e.width;
  std::vector<Real> qkv;
  for (std::int64_t i = 0; i < 3 * e.width; ++i) {
    qkv.push_back(activate(Real{y[i]}, Activation::kSilu));
  }
  std::vector<Real> o(static_cast<std::size_t>(e.width));
  step(qkv.data(), qkv.data() + e.width, qkv.data() + 2 * e.width,
       std::expm1(-Real{args.slopes.f32()[head]}), e.width, states + head * e.width * e.width,
       o.data());
  for (std::int64_t i = 0; i < e.width; ++i) {
    const Real gate = sigmoid(Real{y[3 * e.width + i]}) * args.norm.f32()[head * e.width + i];
    args.z.f32()[index * e.width + i] = static_cast<float>(o[static_cast<std::size_t>(i)] * gate);
  }
  return sum_of_squares<Real>(o.data(), e.width);
}

}  // namespace

template <typename Real>
Status lightning(const ExecContext&, const LightningArgs& args) {
  for (const StepSpan& span : spans_of(args.spans)) {
    std::vector<Real> states = read_states<Real>(args, span);
    for (std::int64_t row = span.row; row < span.row + span.count; ++row) {
      Real squares = 0;
      for (std::int64_t head = 0; head < extents(args).heads; ++head) {
        squares += run_head(args, row, head, states.data());
      }
      args.squares.f32()[row] = static_cast<float>(squares);
    }
    std::transform(states.begin(), states.end(), state_of(args, span.write_slot),
                   [](Real value) { return static_cast<float>(value); });
  }
  return {};
}

ARGES_REFERENCE_OP(lightning, LightningArgs)

}  // namespace arges::kernels::reference
