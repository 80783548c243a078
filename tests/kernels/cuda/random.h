// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <numbers>

namespace arges::testing {

// Almost normal numbers, mean 0 and deviation 1: sums of four uniform ones, the same on every
// machine.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}

  double next() {
    state_ += 0x9e3779b97f4a7c15u;
    std::uint64_t x = state_;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    x ^= x >> 31;
    const std::uint64_t sum = (x & 0xffff) + (x >> 16 & 0xffff) + (x >> 32 & 0xffff) + (x >> 48);
    return (static_cast<double>(sum) / 65536.0 - 2.0) * std::numbers::sqrt3;
  }

 private:
  std::uint64_t state_;
};

}  // namespace arges::testing
