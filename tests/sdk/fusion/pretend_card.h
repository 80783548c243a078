// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>

namespace arges::testing {

// A libarges_cuda.so for machines without a GPU lies beside the test program: the plain CUDA ops
// with loops on the host, over a GuardedDevice. This is how a test sets what goes wrong there, and
// sees what became of it; the symbol is kPretendCardSymbol.
struct PretendCard {
  std::atomic<bool> driver{true};                           // false: there is none
  std::atomic<std::int64_t> memory{std::int64_t{1} << 30};  // in bytes
  std::atomic<std::int64_t> ops_until_launch_fails{-1};     // < 0: none does; then each one
  std::atomic<std::int64_t> ops_until_lost{-1};             // < 0: it stays
  std::atomic<std::int64_t> replays{0};                     // steps that a graph could have run
  std::atomic<std::int64_t> cards{0};                       // backends alive
  std::atomic<std::int64_t> bytes_left{0};                  // in use when their cards went
};

inline constexpr const char* kPretendCardSymbol = "arges_pretend_card";

}  // namespace arges::testing
