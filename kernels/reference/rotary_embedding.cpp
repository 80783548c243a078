// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "kernels/reference/backend.h"

namespace arges::kernels::reference {

Status rotary_embedding(const ExecContext&, const RotaryEmbeddingArgs& args) {
  const std::int64_t heads = args.x.shape[1];
  const std::int64_t width = args.x.shape[2];
  const std::int64_t half = args.rotary_dim / 2;
  for (std::int64_t i = 0; i < args.x.shape[0] * heads; ++i) {
    float* x = args.x.f32() + i * width;
    const double position = args.positions.i32()[i / heads];
    for (std::int64_t j = 0; j < half; ++j) {
      const double exponent = -2.0 * static_cast<double>(j) / static_cast<double>(args.rotary_dim);
      const double angle = position * std::pow(args.theta, exponent);
      const auto cosine = static_cast<float>(std::cos(angle));
      const auto sine = static_cast<float>(std::sin(angle));
      const float a = x[j];
      const float b = x[j + half];
      x[j] = a * cosine - b * sine;
      x[j + half] = b * cosine + a * sine;
    }
  }
  return {};
}

}  // namespace arges::kernels::reference
