// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/cuda/lightning_work.h"

namespace arges::kernels::cuda {

// Blocks walk through a sequence side by side, each its half of a head of every token. One that is
// quicker by a percent is a thousand tokens ahead after 100,000, and then nobody finds in the L2
// cache, or in a page of the memory, what a neighbour has just opened. So the quick ones wait: a
// block copies chunk n only when the blocks have finished n − window chunks on average. The slowest
// is never above the average and never waits. A block that has waited in vain for long (some may
// not be on the card yet) sets all free for the rest of the run: there is no deadlock.
class Lockstep {
 public:
  __device__ Lockstep(const PrefillWork& work, bool mine)
      : counters_(mine ? work.progress : nullptr),
        window_(static_cast<std::uint32_t>(work.lockstep_chunks)) {}

  // This block has finished the products of chunk n. The sum is asked for here and looked at a
  // chunk later, when it has come.
  __device__ void wait_for_others(std::uint32_t n) {
    if (counters_ == nullptr) return;
    int patience = kPatience;
    while (n > window_ && seen_ < (n - window_) * gridDim.x) {
      if (--patience == 0) return set_free();
      seen_ = look();
    }
    add(1);
    seen_ = look();
  }

  // The last block leaves the words as it would like to find them.
  __device__ void leave() {
    if (counters_ == nullptr) return;
    set_free();
    __threadfence();
    if (atomicAdd(counters_ + 1, 1u) == gridDim.x - 1) {
      counters_[0] = 0;
      counters_[1] = 0;
    }
  }

 private:
  static constexpr int kPatience = 200;  // looks, of about half a microsecond
  static constexpr std::uint32_t kEnough = 1u << 24;

  __device__ void set_free() {
    if (!free_) add(kEnough);
    free_ = true;
    window_ = 0xffffffffu;
  }
  __device__ std::uint32_t look() const {
    std::uint32_t sum;
    asm volatile("ld.relaxed.gpu.global.u32 %0, [%1];" : "=r"(sum) : "l"(counters_) : "memory");
    return sum;
  }
  __device__ void add(std::uint32_t count) {
    asm volatile("red.relaxed.gpu.global.add.u32 [%0], %1;" ::"l"(counters_), "r"(count)
                 : "memory");
  }

  std::uint32_t* counters_;
  std::uint32_t window_;
  std::uint32_t seen_ = 0xffffffffu;
  bool free_ = false;
};

}  // namespace arges::kernels::cuda
