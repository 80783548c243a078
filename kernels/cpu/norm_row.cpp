// SPDX-License-Identifier: Apache-2.0
#include "kernels/cpu/norm_row.h"

#include <cmath>

#include "kernels/cpu/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/norm_row.cpp"
#include "hwy/foreach_target.h"  // IWYU pragma: keep
#include "hwy/highway.h"
#include "kernels/cpu/vector_math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace arges::kernels::cpu::HWY_NAMESPACE {

// Four partial sums hide the latency; which values meet in which sum depends on the width alone.
float run_sum_of_squares(const float* x, std::int64_t width) {
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

void run_scale(const float* x, float inverse_rms, const float* weight, std::int64_t width,
               float* out) {
  const FloatVec scale = hn::Set(FloatTag(), inverse_rms);
  for_each_vector(width, [=](std::int64_t i, std::int64_t lanes) HWY_ATTR {
    const FloatVec scaled = hn::Mul(load_some(x + i, lanes), scale);
    store_some(hn::Mul(scaled, load_some(weight + i, lanes)), out + i, lanes);
  });
}

void run_output_gate(const float* gate, const float* weight, std::int64_t width, float* o) {
  for_each_vector(width, [=](std::int64_t i, std::int64_t lanes) HWY_ATTR {
    const FloatVec scaled = hn::Mul(load_some(o + i, lanes), load_some(weight + i, lanes));
    store_some(hn::Mul(sigmoid(load_some(gate + i, lanes)), scaled), o + i, lanes);
  });
}

}  // namespace arges::kernels::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace arges::kernels::cpu {

HWY_EXPORT(run_sum_of_squares);
HWY_EXPORT(run_scale);
HWY_EXPORT(run_output_gate);

float sum_of_squares(const float* x, std::int64_t width) {
  return HWY_DYNAMIC_DISPATCH(run_sum_of_squares)(x, width);
}

float norm_row(const float* x, const float* weight, float epsilon, std::int64_t width, float* out) {
  const float mean = sum_of_squares(x, width) / static_cast<float>(width);
  const float inverse_rms = 1.0f / std::sqrt(mean + epsilon);
  HWY_DYNAMIC_DISPATCH(run_scale)(x, inverse_rms, weight, width, out);
  return inverse_rms;
}

void gate_row(const float* gate, const float* weight, std::int64_t width, float* o) {
  HWY_DYNAMIC_DISPATCH(run_output_gate)(gate, weight, width, o);
}

}  // namespace arges::kernels::cpu
#endif
