// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace arges::language {

// A counter-based random stream: draw n of a seed is a fixed mix of both numbers, so the stream is
// the same on every platform and its whole state is two integers. Not for secrets.
class RandomStream {
 public:
  explicit RandomStream(std::uint64_t seed, std::uint64_t draws = 0) : seed_(seed), draws_(draws) {}

  std::uint64_t next();
  // Uniform in [0, 1), a multiple of 2^-53.
  double next_unit();

  std::uint64_t seed() const { return seed_; }
  // Numbers drawn so far; RandomStream(seed(), draws()) goes on from here.
  std::uint64_t draws() const { return draws_; }

 private:
  std::uint64_t seed_;
  std::uint64_t draws_;
};

}  // namespace arges::language
