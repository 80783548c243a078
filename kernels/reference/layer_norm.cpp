// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "kernels/reference/backend.h"

namespace arges::kernels::reference {

Status layer_norm(const ExecContext&, const LayerNormArgs& args) {
  const std::int64_t width = args.x.shape[1];
  for (std::int64_t row = 0; row < args.x.shape[0]; ++row) {
    const float* x = args.x.f32() + row * width;
    float sum = 0.0f;
    for (std::int64_t i = 0; i < width; ++i) sum += x[i];
    const float mean = sum / static_cast<float>(width);
    float squares = 0.0f;
    for (std::int64_t i = 0; i < width; ++i) {
      squares = std::fma(x[i] - mean, x[i] - mean, squares);
    }
    const float scale = 1.0f / std::sqrt(squares / static_cast<float>(width) + args.epsilon);
    for (std::int64_t i = 0; i < width; ++i) {
      args.out.f32()[row * width + i] =
          (x[i] - mean) * scale * args.weight.f32()[i] + args.bias.f32()[i];
    }
  }
  return {};
}

}  // namespace arges::kernels::reference
