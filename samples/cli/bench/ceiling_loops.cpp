// SPDX-License-Identifier: Apache-2.0
#include "samples/cli/bench/ceiling_loops.h"

#include "kernels/cpu/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "samples/cli/bench/ceiling_loops.cpp"
#include "hwy/foreach_target.h"  // IWYU pragma: keep
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace arges::cli::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

constexpr int kChains = 12;

float multiply_add(std::int64_t iterations) {
  const hn::ScalableTag<float> d;
  hn::Vec<decltype(d)> sums[kChains];
  for (auto& sum : sums) sum = hn::Set(d, 1.0F);
  const auto factor = hn::Set(d, 0.999F);
  for (std::int64_t i = 0; i < iterations; ++i) {
    HWY_UNROLL(12)
    for (int c = 0; c < kChains; ++c) sums[c] = hn::MulAdd(sums[c], factor, factor);
  }
  for (int c = 1; c < kChains; ++c) sums[0] = hn::Add(sums[0], sums[c]);
  return hn::GetLane(hn::SumOfLanes(d, sums[0]));
}

std::int64_t multiply_add_operations() {
  return 2 * kChains * static_cast<std::int64_t>(hn::Lanes(hn::ScalableTag<float>()));
}

float read(const float* data, std::int64_t count) {
  const hn::ScalableTag<float> d;
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(d));
  auto a = hn::Zero(d), b = hn::Zero(d), c = hn::Zero(d), e = hn::Zero(d);
  for (std::int64_t i = 0; i + 4 * lanes <= count; i += 4 * lanes) {
    a = hn::Add(a, hn::LoadU(d, data + i));
    b = hn::Add(b, hn::LoadU(d, data + i + lanes));
    c = hn::Add(c, hn::LoadU(d, data + i + 2 * lanes));
    e = hn::Add(e, hn::LoadU(d, data + i + 3 * lanes));
  }
  return hn::GetLane(hn::SumOfLanes(d, hn::Add(hn::Add(a, b), hn::Add(c, e))));
}

}  // namespace arges::cli::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace arges::cli {

HWY_EXPORT(multiply_add);
HWY_EXPORT(multiply_add_operations);
HWY_EXPORT(read);

PeakLoop multiply_add_loop() {
  return {"fp32 multiply-add", HWY_DYNAMIC_DISPATCH(multiply_add_operations)(),
          [](std::int64_t iterations) { return HWY_DYNAMIC_DISPATCH(multiply_add)(iterations); }};
}

float read_floats(const float* data, std::int64_t count) {
  return HWY_DYNAMIC_DISPATCH(read)(data, count);
}

}  // namespace arges::cli
#endif
