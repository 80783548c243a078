// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "kernels/base/thread_pool.h"
#include "samples/cli/bench/report.h"

namespace arges::cli {

// What the machine can do at best on the pool's threads, each the best of several short runs.
// Bytes and operations (a multiply-add is two) a second.
struct Ceilings {
  Ceiling read_bandwidth;              // of memory, far larger than the caches
  Ceiling multiply_add;                // fp32, from registers
  std::optional<Ceiling> bf16_dot;     // bf16 products into fp32 sums, where there are such units
  std::optional<Ceiling> integer_dot;  // 8-bit products into 32-bit sums, likewise
};

// Takes about a second and 512 MiB. Throws Failure when memory runs out.
Ceilings measure_ceilings(ThreadPool& pool);

}  // namespace arges::cli
