// SPDX-License-Identifier: Apache-2.0
#include <vector>

#include "kernels/reference/backend.h"
#include "kernels/reference/norm.h"
#include "kernels/reference/scalar.h"

namespace arges::kernels::reference {

namespace {

// SiLU(w1 m) ⊙ (w3 m) of one expert.
template <typename Real>
std::vector<Real> inner(const Expert& expert, const float* m) {
  std::vector<Real> values;
  for (std::int64_t i = 0; i < expert.down.cols; ++i) {
    const std::int64_t gate = i / kGateRows * 2 * kGateRows + i % kGateRows;
    values.push_back(activate(dot_row<Real>(expert.gate_up, gate, m), Activation::kSilu) *
                     dot_row<Real>(expert.gate_up, gate + kGateRows, m));
  }
  return values;
}

}  // namespace

template <typename Real>
Status expert_ffn(const ExecContext&, const ExpertFfnArgs& args) {
  const std::int64_t width = args.m.shape[1];
  const std::int64_t slots = args.routing.ids.shape[1];
  for (std::int64_t row = 0; row < args.m.shape[0]; ++row) {
    std::vector<Real> sums(static_cast<std::size_t>(width));
    for (std::int64_t slot = row * slots; slot < (row + 1) * slots; ++slot) {
      const Expert& expert = args.experts[static_cast<std::size_t>(args.routing.ids.i32()[slot])];
      const std::vector<Real> h = inner<Real>(expert, args.m.f32() + row * width);
      for (std::int64_t i = 0; i < width; ++i) {
        Real& sum = sums[static_cast<std::size_t>(i)];
        sum = std::fma(Real{args.routing.weights.f32()[slot]},
                       dot_row<Real>(expert.down, i, h.data()), sum);
      }
    }
    for (std::int64_t i = 0; i < width; ++i) {
      add_residual(args.residual, row, i, sums[static_cast<std::size_t>(i)]);
    }
  }
  return {};
}

ARGES_REFERENCE_OP(expert_ffn, ExpertFfnArgs)

}  // namespace arges::kernels::reference
