// SPDX-License-Identifier: Apache-2.0
#include "kernels/base/quantise.h"

namespace arges {
namespace {

// The first of the numbers of largest magnitude; a NaN is larger than all numbers, as its bits are.
float largest_of(const float* numbers, std::int64_t count) {
  const auto magnitude = [](float x) { return std::bit_cast<std::uint32_t>(x) & 0x7FFFFFFFu; };
  float largest = 0.0f;
  for (std::int64_t i = 0; i < count; ++i) {
    if (magnitude(numbers[i]) > magnitude(largest)) largest = numbers[i];
  }
  return largest;
}

}  // namespace

float quantise_group(const GroupFormat& format, const float* numbers, std::int64_t count,
                     std::int8_t* integers) {
  const bool bytes = format.bits == 8;
  const std::int32_t least = bytes ? -127 : -8;
  const std::int32_t most = bytes ? 127 : 7;
  const float largest = largest_of(numbers, count);
  const GroupScale scale =
      group_scale(bytes && largest < 0 ? -largest : largest, bytes ? kLargestInteger : -8.0f);
  for (std::int64_t i = 0; i < count; ++i) {
    const std::int32_t integer = nearest_integer(numbers[i] * scale.inverse);
    integers[i] = static_cast<std::int8_t>(std::clamp(integer, least, most));
  }
  std::fill(integers + count, integers + format.inputs, std::int8_t{0});
  return scale.scale;
}

}  // namespace arges
