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

// Brings all heads' states to where they will be written.
void move_state(const LightningArgs& args, const StepSpan& span) {
  const Extents e = extents(args);
  const std::int64_t floats = e.heads * e.width * e.width;
  float* to = state_of(args, span.write_slot);
  if (span.read_slot < 0) {
    std::fill_n(to, floats, 0.0f);
  } else if (span.read_slot != span.write_slot) {
    std::copy_n(state_of(args, span.read_slot), floats, to);
  }
}

// One token of one head: S ← decay·S + k vᵀ, o = Sᵀ q. The decay comes as decay − 1, which fp32
// holds more exactly when the decay is almost 1.
void step(const float* q, const float* k, const float* v, float decay_less_one, std::int64_t width,
          float* state, float* o) {
  for (std::int64_t j = 0; j < width; ++j) o[j] = 0.0f;
  for (std::int64_t i = 0; i < width; ++i) {
    for (std::int64_t j = 0; j < width; ++j) {
      float& s = state[i * width + j];
      s = std::fma(k[i], v[j], std::fma(decay_less_one, s, s));
      o[j] = std::fma(q[i], s, o[j]);
    }
  }
}

// One head of one row, output gate included; returns its Σ o².
float run_head(const LightningArgs& args, std::int64_t row, std::int64_t head, float* states) {
  const Extents e = extents(args);
  const std::int64_t index = row * e.heads + head;
  const float* y = args.y.f32() + index * 4 * e.width;
  std::vector<float> qkv;
  for (std::int64_t i = 0; i < 3 * e.width; ++i) {
    qkv.push_back(activate(y[i], Activation::kSilu));
  }
  float* z = args.z.f32() + index * e.width;
  step(qkv.data(), qkv.data() + e.width, qkv.data() + 2 * e.width,
       std::expm1(-args.slopes.f32()[head]), e.width, states + head * e.width * e.width, z);
  const float squares = sum_of_squares(z, e.width);
  for (std::int64_t i = 0; i < e.width; ++i) {
    z[i] *= sigmoid(y[3 * e.width + i]) * args.norm.f32()[head * e.width + i];
  }
  return squares;
}

}  // namespace

Status lightning(const ExecContext&, const LightningArgs& args) {
  for (const StepSpan& span : spans_of(args.spans)) {
    move_state(args, span);
    for (std::int64_t row = span.row; row < span.row + span.count; ++row) {
      float squares = 0.0f;
      for (std::int64_t head = 0; head < extents(args).heads; ++head) {
        squares += run_head(args, row, head, state_of(args, span.write_slot));
      }
      args.squares.f32()[row] = squares;
    }
  }
  return {};
}

}  // namespace arges::kernels::reference
