// SPDX-License-Identifier: Apache-2.0
#include "kernels/cpu/rotary.h"

#include <cmath>

namespace arges::kernels::cpu {

RotaryAngles::RotaryAngles(const Rotary& rotary)
    : frequencies_(static_cast<std::size_t>(rotary.dim / 2)) {
  for (std::size_t j = 0; j < frequencies_.size(); ++j) {
    const double exponent = -2.0 * static_cast<double>(j) / static_cast<double>(rotary.dim);
    frequencies_[j] = std::pow(rotary.theta, exponent);
  }
}

// Angles in double: at position 4 million an fp32 angle is wrong by a quarter of a radian.
void RotaryAngles::fill(std::int32_t position, float* turn) const {
  const std::size_t pairs = frequencies_.size();
  for (std::size_t j = 0; j < pairs; ++j) {
    const double angle = position * frequencies_[j];
    turn[j] = static_cast<float>(std::cos(angle));
    turn[pairs + j] = static_cast<float>(std::sin(angle));
  }
}

void RotaryAngles::rotate(const float* turn, float* x) const {
  const std::size_t pairs = frequencies_.size();
  for (std::size_t j = 0; j < pairs; ++j) {
    const float a = x[j];
    const float b = x[j + pairs];
    x[j] = a * turn[j] - b * turn[pairs + j];
    x[j + pairs] = b * turn[j] + a * turn[pairs + j];
  }
}

}  // namespace arges::kernels::cpu
