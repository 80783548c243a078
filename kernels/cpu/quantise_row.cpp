// SPDX-License-Identifier: Apache-2.0
#include "kernels/cpu/quantise_row.h"

#include <algorithm>

#include "kernels/cpu/integer_product.h"
#include "kernels/cpu/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/quantise_row.cpp"
#include "hwy/foreach_target.h"  // IWYU pragma: keep
#include "hwy/highway.h"
#include "kernels/cpu/vector_math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace arges::kernels::cpu::HWY_NAMESPACE {

const FloatTag float_tag;
const hn::RebindToSigned<FloatTag> integer_tag;

// The largest magnitude. Compared by their bits, a NaN is larger than all numbers.
HWY_INLINE float largest_of(const float* numbers, std::int64_t count) {
  auto largest = hn::Zero(integer_tag);
  for (std::int64_t i = 0; i < count; i += kLanes) {
    const auto magnitude = hn::Abs(hn::LoadU(float_tag, numbers + i));
    largest = hn::Max(largest, hn::BitCast(integer_tag, magnitude));
  }
  return std::bit_cast<float>(hn::GetLane(hn::MaxOfLanes(integer_tag, largest)));
}

// One whole group; returns the sum of its integers.
HWY_INLINE std::int32_t quantise_whole(const float* numbers, std::int64_t count, float inverse,
                                       std::int8_t* out) {
  const hn::Rebind<std::int8_t, FloatTag> byte_tag;
  const auto factor = hn::Set(float_tag, inverse);
  const auto magic = hn::Set(float_tag, 0x1.8p23f);  // as nearest_integer
  const auto most = hn::Set(integer_tag, 127);
  const auto least = hn::Set(integer_tag, -127);
  auto sum = hn::Zero(integer_tag);
  for (std::int64_t i = 0; i < count; i += kLanes) {
    const auto shifted = hn::Add(hn::Mul(hn::LoadU(float_tag, numbers + i), factor), magic);
    const auto nearest =
        hn::Sub(hn::BitCast(integer_tag, shifted), hn::BitCast(integer_tag, magic));
    const auto integers = hn::Min(hn::Max(nearest, least), most);
    sum = hn::Add(sum, integers);
    hn::StoreU(hn::DemoteTo(byte_tag, integers), byte_tag, out + i);
  }
  return hn::GetLane(hn::SumOfLanes(integer_tag, sum));
}

void run_quantise(const QuantisedRow& row) {
  for (std::int64_t i = 0; i < row.count; i += row.group_inputs) {
    const std::int64_t left = row.count - i;
    const float* numbers = row.in + i;
    float last[kMostGroupInputs] = {};
    if (left < row.group_inputs) {
      std::copy_n(numbers, left, last);
      numbers = last;
    }
    const std::int64_t at = row.first + i;
    const std::int64_t group = at / row.group_inputs * row.group_step;
    const GroupScale scale = group_scale(largest_of(numbers, row.group_inputs), kLargestInteger);
    row.scales[group] = scale.scale;
    row.sums[group] =
        quantise_whole(numbers, row.group_inputs, scale.inverse,
                       row.out + at / kIntegerBlock * row.block_step + at % kIntegerBlock);
  }
}

}  // namespace arges::kernels::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace arges::kernels::cpu {

HWY_EXPORT(run_quantise);

void quantise_row(const QuantisedRow& row) {
  HWY_DYNAMIC_DISPATCH(run_quantise)(row);
}

}  // namespace arges::kernels::cpu
#endif
