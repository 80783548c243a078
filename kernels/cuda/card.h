// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/base/status.h"

namespace arges::kernels::cuda {

inline constexpr int kLeastMajor = 8;  // of the compute capability that the kernels need

// What the choice of a kernel depends on.
struct Card {
  int major = 0;  // compute capability
  int minor = 0;
  int multiprocessors = 0;

  // wgmma and TMA as sm_90a has them.
  bool is_hopper() const { return major == 9 && minor == 0; }
};

// The calling thread's current device. UNSUPPORTED when there is none.
Result<Card> current_card();

}  // namespace arges::kernels::cuda
