// SPDX-License-Identifier: Apache-2.0
#include "kernels/cpu/backend.h"
#include "kernels/cpu/parallel.h"
#include "kernels/cpu/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/rms_norm.cpp"
#include "hwy/foreach_target.h"  // IWYU pragma: keep
#include "hwy/highway.h"
#include "kernels/cpu/vector_math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace arges::kernels::cpu::HWY_NAMESPACE {

// Four partial sums hide the latency; which values meet in which sum depends on the width alone.
HWY_INLINE float sum_of_squares(const float* x, std::int64_t width) {
  const FloatTag d;
  FloatVec sums[4] = {hn::Zero(d), hn::Zero(d), hn::Zero(d), hn::Zero(d)};
  for_each_vector(width, [&](std::int64_t i, std::int64_t lanes) HWY_ATTR {
    const FloatVec v = load_some(x + i, lanes);
    FloatVec& sum = sums[i / kLanes % 4];
    sum = hn::MulAdd(v, v, sum);
  });
  const FloatVec total = hn::Add(hn::Add(sums[0], sums[1]), hn::Add(sums[2], sums[3]));
  return hn::GetLane(hn::SumOfLanes(d, total));
}

void run_rms_norm(const RmsNormArgs& args, std::int64_t begin, std::int64_t end) {
  const FloatTag d;
  const std::int64_t width = args.x.shape[1];
  const float* weight = args.weight.f32();
  for (std::int64_t row = begin; row < end; ++row) {
    const float* x = args.x.f32() + row * width;
    float* out = args.out.f32() + row * width;
    const float mean = sum_of_squares(x, width) / static_cast<float>(width);
    const FloatVec scale = hn::Set(d, 1.0f / std::sqrt(mean + args.epsilon));
    for_each_vector(width, [=](std::int64_t i, std::int64_t lanes) HWY_ATTR {
      const FloatVec scaled = hn::Mul(load_some(x + i, lanes), scale);
      store_some(hn::Mul(scaled, load_some(weight + i, lanes)), out + i, lanes);
    });
  }
}

}  // namespace arges::kernels::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace arges::kernels::cpu {

HWY_EXPORT(run_rms_norm);

Status rms_norm(const ExecContext& context, const RmsNormArgs& args) {
  context.pool->parallel_for(args.x.shape[0], row_grain(args.x.shape[1]),
                             [&](std::int64_t begin, std::int64_t end) {
                               HWY_DYNAMIC_DISPATCH(run_rms_norm)(args, begin, end);
                             });
  return {};
}

}  // namespace arges::kernels::cpu
#endif
