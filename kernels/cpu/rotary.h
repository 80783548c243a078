// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "kernels/ops/causal.h"

namespace arges::kernels::cpu {

// The rotation of kernels/ops/causal.h.
class RotaryAngles {
 public:
  explicit RotaryAngles(const Rotary& rotary);

  // The cosines, then the sines of a position: 2 · pairs floats, one rotary dimension's worth.
  void fill(std::int32_t position, float* turn) const;

  // Rotates the channels of one head.
  void rotate(const float* turn, float* x) const;

 private:
  std::vector<double> frequencies_;  // of each pair
};

}  // namespace arges::kernels::cpu
