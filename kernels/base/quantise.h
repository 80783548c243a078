// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>

namespace arges {

// How the numbers of a row are kept in few bits: in groups of neighbouring inputs that share a
// scale, number ≈ scale · integer. A row's last group is filled up with zeros.
struct GroupFormat {
  std::int32_t bits = 0;    // of an integer: 8 or 4; 0: nothing is quantised
  std::int32_t inputs = 0;  // of a group: 32 or 64

  bool operator==(const GroupFormat&) const = default;
};

constexpr bool is_group_format(const GroupFormat& format) {
  return (format.bits == 8 || format.bits == 4) && (format.inputs == 32 || format.inputs == 64);
}

constexpr std::int64_t kMostGroupInputs = 64;

// Groups of a row.
constexpr std::int64_t group_count(const GroupFormat& format, std::int64_t inputs) {
  return (inputs + format.inputs - 1) / format.inputs;
}

// Integers that 8 bits are used for: −127 to 127. Without −128 a negated integer is one again, and
// the products of two pairs fit 16 bits.
constexpr float kLargestInteger = 127.0f;

// A group's scale, and what its numbers are multiplied with to become integers.
struct GroupScale {
  float scale = 0.0f;
  float inverse = 0.0f;
};

// For a group whose number of largest magnitude becomes the integer `whole`. Both are 0, and so are
// the group's integers, where that number is below 2^-100 and has no inverse; the scale is NaN, so
// that every sum over the group is, where it is no number or infinite.
inline GroupScale group_scale(float largest, float whole) {
  constexpr float kSmallest = 0x1p-100f;
  constexpr std::uint32_t kMagnitude = 0x7FFFFFFFu, kInfinity = 0x7F800000u, kNaN = 0x7FC00000u;
  const std::uint32_t magnitude = std::bit_cast<std::uint32_t>(largest) & kMagnitude;
  if (magnitude >= kInfinity) return {std::bit_cast<float>(kNaN), 0.0f};
  if (std::bit_cast<float>(magnitude) < kSmallest) return {};
  return {largest / whole, whole / largest};
}

// x to the nearest integer, ties to even, for |x| < 2^22: added to 1.5 · 2^23, x has no room for a
// fraction. Any other x gives some integer.
inline std::int32_t nearest_integer(float x) {
  constexpr float kMagic = 0x1.8p23f;
  return static_cast<std::int32_t>(std::bit_cast<std::uint32_t>(x + kMagic) -
                                   std::bit_cast<std::uint32_t>(kMagic));
}

// Quantises one group: `count` numbers, at most format.inputs, into format.inputs integers, zeros
// behind the last; returns the scale. Of 8 bits the number of largest magnitude becomes ±127. Of 4
// bits it becomes −8, whatever its sign, so that all sixteen integers are used: −8 to 7.
float quantise_group(const GroupFormat& format, const float* numbers, std::int64_t count,
                     std::int8_t* integers);

}  // namespace arges
