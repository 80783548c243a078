// SPDX-License-Identifier: Apache-2.0
#include "language/sampling/random_stream.h"

namespace arges::language {
namespace {

// The finalizer of SplitMix64 (Steele, Lea and Flood, 2014): a bijection whose every output bit
// depends on every input bit.
std::uint64_t mix(std::uint64_t x) {
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
  return x ^ (x >> 31);
}

constexpr std::uint64_t kGoldenGamma = 0x9E3779B97F4A7C15u;

}  // namespace

std::uint64_t RandomStream::next() {
  // The seed is mixed first, so that the streams of seeds 0, 1, 2 do not overlap.
  return mix(mix(seed_ + kGoldenGamma) + ++draws_ * kGoldenGamma);
}

double RandomStream::next_unit() {
  return static_cast<double>(next() >> 11) * 0x1p-53;
}

}  // namespace arges::language
