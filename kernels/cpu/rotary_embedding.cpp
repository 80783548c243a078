// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <vector>

#include "kernels/cpu/backend.h"
#include "kernels/cpu/parallel.h"

namespace arges::kernels::cpu {
namespace {

// Angles in double: at position 4 million an fp32 angle is wrong by a quarter of a radian.
void fill_angles(std::int32_t position, const std::vector<double>& frequencies, float* cosines,
                 float* sines) {
  for (std::size_t j = 0; j < frequencies.size(); ++j) {
    const double angle = position * frequencies[j];
    cosines[j] = static_cast<float>(std::cos(angle));
    sines[j] = static_cast<float>(std::sin(angle));
  }
}

void rotate(float* x, const float* cosines, const float* sines, std::int64_t half) {
  for (std::int64_t j = 0; j < half; ++j) {
    const float a = x[j];
    const float b = x[j + half];
    x[j] = a * cosines[j] - b * sines[j];
    x[j + half] = b * cosines[j] + a * sines[j];
  }
}

std::vector<double> pair_frequencies(const RotaryEmbeddingArgs& args) {
  std::vector<double> frequencies(static_cast<std::size_t>(args.rotary_dim / 2));
  for (std::size_t j = 0; j < frequencies.size(); ++j) {
    const double exponent = -2.0 * static_cast<double>(j) / static_cast<double>(args.rotary_dim);
    frequencies[j] = std::pow(args.theta, exponent);
  }
  return frequencies;
}

}  // namespace

Status rotary_embedding(const ExecContext& context, const RotaryEmbeddingArgs& args) {
  const std::int64_t heads = args.x.shape[1];
  const std::int64_t width = args.x.shape[2];
  const std::int64_t half = args.rotary_dim / 2;
  const std::vector<double> frequencies = pair_frequencies(args);
  return parallel_tasks(
      context, args.x.shape[0], args.rotary_dim, [&](std::int64_t token, float* cosines) {
        float* sines = cosines + half;
        fill_angles(args.positions.i32()[token], frequencies, cosines, sines);
        for (std::int64_t head = 0; head < heads; ++head) {
          rotate(args.x.f32() + (token * heads + head) * width, cosines, sines, half);
        }
      });
}

}  // namespace arges::kernels::cpu
