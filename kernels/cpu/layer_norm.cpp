// SPDX-License-Identifier: Apache-2.0
#include "kernels/cpu/backend.h"
#include "kernels/cpu/layer_norm_row.h"
#include "kernels/cpu/parallel.h"
#include "kernels/cpu/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/layer_norm.cpp"
#include "hwy/foreach_target.h"  // IWYU pragma: keep
#include "hwy/highway.h"
#include "kernels/cpu/vector_math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace arges::kernels::cpu::HWY_NAMESPACE {

// Adds up body(offset, lanes) over a row in four partial sums; which values meet in which sum
// depends on the width alone.
template <class Body>
HWY_INLINE float sum_over(std::int64_t width, const Body& body) {
  const FloatTag d;
  FloatVec sums[4] = {hn::Zero(d), hn::Zero(d), hn::Zero(d), hn::Zero(d)};
  for_each_vector(width, [&](std::int64_t i, std::int64_t lanes) HWY_ATTR {
    FloatVec& sum = sums[i / kLanes % 4];
    sum = hn::Add(sum, body(i, lanes));
  });
  const FloatVec total = hn::Add(hn::Add(sums[0], sums[1]), hn::Add(sums[2], sums[3]));
  return hn::GetLane(hn::SumOfLanes(d, total));
}

// The mean first, then the squares of the differences: no cancellation however large the mean.
void run_layer_norm(const LayerNormRow& norm, const float* x, float* out) {
  const FloatTag d;
  const std::int64_t width = norm.width;
  const float sum = sum_over(
      width, [=](std::int64_t i, std::int64_t lanes) HWY_ATTR { return load_some(x + i, lanes); });
  const FloatVec mean = hn::Set(d, sum / static_cast<float>(width));
  const float squares = sum_over(width, [=](std::int64_t i, std::int64_t lanes) HWY_ATTR {
    const FloatVec difference = hn::Sub(load_some(x + i, lanes), mean);
    const auto present = hn::FirstN(d, static_cast<std::size_t>(lanes));
    return hn::IfThenElseZero(present, hn::Mul(difference, difference));
  });
  const float variance = squares / static_cast<float>(width);
  const FloatVec scale = hn::Set(d, 1.0f / std::sqrt(variance + norm.epsilon));
  const float* weight = norm.weight;
  const float* bias = norm.bias;
  for_each_vector(width, [=](std::int64_t i, std::int64_t lanes) HWY_ATTR {
    const FloatVec scaled = hn::Mul(hn::Sub(load_some(x + i, lanes), mean), scale);
    const FloatVec shifted =
        hn::MulAdd(scaled, load_some(weight + i, lanes), load_some(bias + i, lanes));
    store_some(shifted, out + i, lanes);
  });
}

}  // namespace arges::kernels::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace arges::kernels::cpu {

HWY_EXPORT(run_layer_norm);

void layer_norm_row(const LayerNormRow& norm, const float* x, float* out) {
  HWY_DYNAMIC_DISPATCH(run_layer_norm)(norm, x, out);
}

Status layer_norm(const ExecContext& context, const LayerNormArgs& args) {
  const std::int64_t width = args.x.shape[1];
  const LayerNormRow norm{args.weight.f32(), args.bias.f32(), args.epsilon, width};
  context.pool->parallel_for(
      args.x.shape[0], row_grain(width), [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t row = begin; row < end; ++row) {
          layer_norm_row(norm, args.x.f32() + row * width, args.out.f32() + row * width);
        }
      });
  return {};
}

}  // namespace arges::kernels::cpu
#endif
