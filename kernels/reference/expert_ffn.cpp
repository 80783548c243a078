// SPDX-License-Identifier: Apache-2.0
#include <vector>

#include "kernels/reference/backend.h"
#include "kernels/reference/scalar.h"

namespace arges::kernels::reference {

Status expert_ffn(const ExecContext&, const ExpertFfnArgs& args) {
  const std::int64_t hidden = args.x.shape[1];
  const std::int64_t slots = args.expert_ids.shape[1];
  for (std::int64_t row = 0; row < args.x.shape[0]; ++row) {
    const float* x = args.x.f32() + row * hidden;
    float* out = args.out.f32() + row * hidden;
    for (std::int64_t i = 0; i < hidden; ++i) out[i] = 0.0f;
    for (std::int64_t slot = row * slots; slot < (row + 1) * slots; ++slot) {
      const auto id = static_cast<std::size_t>(args.expert_ids.i32()[slot]);
      const ExpertWeights& expert = args.experts[id];
      std::vector<float> inner;
      for (std::int64_t i = 0; i < expert.gate.rows; ++i) {
        inner.push_back(activate(dot_row(expert.gate, i, x), Activation::kSilu) *
                        dot_row(expert.up, i, x));
      }
      for (std::int64_t i = 0; i < hidden; ++i) {
        out[i] = std::fma(args.weights.f32()[slot], dot_row(expert.down, i, inner.data()), out[i]);
      }
    }
  }
  return {};
}

}  // namespace arges::kernels::reference
