// SPDX-License-Identifier: Apache-2.0
#include "kernels/cpu/weighted_sum.h"

#include "kernels/cpu/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/weighted_sum.cpp"
#include "hwy/foreach_target.h"  // IWYU pragma: keep
#include "hwy/highway.h"
#include "kernels/cpu/vector_math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace arges::kernels::cpu::HWY_NAMESPACE {

void run_weighted_sum(std::span<const std::int64_t> rows, const float* weights, const float* from,
                      std::int64_t width, float* out) {
  const FloatTag d;
  for_each_vector(width, [=](std::int64_t c, std::int64_t lanes) HWY_ATTR {
    FloatVec sum = hn::Zero(d);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const FloatVec weight = hn::Set(d, weights[i]);
      sum = fused_multiply_add(weight, load_some(from + rows[i] * width + c, lanes), sum);
    }
    store_some(sum, out + c, lanes);
  });
}

}  // namespace arges::kernels::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace arges::kernels::cpu {

HWY_EXPORT(run_weighted_sum);

void weighted_sum(std::span<const std::int64_t> rows, const float* weights, const float* from,
                  std::int64_t width, float* out) {
  HWY_DYNAMIC_DISPATCH(run_weighted_sum)(rows, weights, from, width, out);
}

}  // namespace arges::kernels::cpu
#endif
