// SPDX-License-Identifier: Apache-2.0
#include "kernels/cpu/softmax_row.h"

#include "kernels/cpu/dot_product.h"
#include "kernels/cpu/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/softmax_row.cpp"
#include "hwy/foreach_target.h"  // IWYU pragma: keep
#include "hwy/highway.h"
#include "kernels/cpu/vector_math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace arges::kernels::cpu::HWY_NAMESPACE {

float largest_of(const float* scores, std::int64_t count) {
  const FloatTag d;
  if (count < kLanes) return *std::max_element(scores, scores + count);
  FloatVec largest = hn::LoadU(d, scores);
  for (std::int64_t i = kLanes; i + kLanes <= count; i += kLanes) {
    largest = hn::Max(largest, hn::LoadU(d, scores + i));
  }
  largest = hn::Max(largest, hn::LoadU(d, scores + count - kLanes));  // some of them twice
  return hn::GetLane(hn::MaxOfLanes(d, largest));
}

static_assert(kDotBlock % kLanes == 0);

float run_softmax_row(const SoftmaxRow& row) {
  const FloatTag d;
  const FloatVec factor = hn::Set(d, row.scale);
  const FloatVec largest = hn::Set(d, largest_of(row.scores, row.count) * row.scale);
  FloatVec total = hn::Zero(d);
  for_each_vector(row.count, [&](std::int64_t i, std::int64_t lanes) HWY_ATTR {
    const FloatVec score = hn::Mul(load_some(row.scores + i, lanes), factor);
    const auto present = hn::FirstN(d, static_cast<std::size_t>(lanes));
    const FloatVec weight = hn::IfThenElseZero(present, exponential(hn::Sub(score, largest)));
    store_rounded(weight, row.weights + i / kDotBlock * row.block_step + i % kDotBlock);
    total = hn::Add(total, weight);
  });
  for (std::int64_t i = (row.count + kLanes - 1) / kLanes * kLanes; i < padded_inputs(row.count);
       i += kLanes) {
    store_rounded(hn::Zero(d), row.weights + i / kDotBlock * row.block_step + i % kDotBlock);
  }
  return hn::GetLane(hn::SumOfLanes(d, total));
}

}  // namespace arges::kernels::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace arges::kernels::cpu {

HWY_EXPORT(run_softmax_row);

float softmax_row(const SoftmaxRow& row) {
  return HWY_DYNAMIC_DISPATCH(run_softmax_row)(row);
}

}  // namespace arges::kernels::cpu
#endif
