// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "kernels/cpu/lightning_head.h"
#include "kernels/cpu/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/lightning_steps.cpp"
#include "hwy/foreach_target.h"  // IWYU pragma: keep
#include "hwy/highway.h"
#include "kernels/cpu/vector_math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace arges::kernels::cpu::HWY_NAMESPACE {

// Columns [column, column + lanes) for one token. What decays is written as S + (r − 1)·S with
// r − 1 = expm1(−slope): rounded to fp32, r itself would be wrong by 3e-8, which the slowest heads
// would raise to the power of tens of thousands of tokens.
HWY_INLINE void step_columns(const LightningHead& head, std::int64_t token, float decay_less_one,
                             std::int64_t column, std::int64_t lanes) {
  const FloatTag d;
  const float* q = head.q + token * head.token_step;
  const float* k = head.key(token);
  const FloatVec v = load_some(head.value(token) + column, lanes);
  const FloatVec less = hn::Set(d, decay_less_one);
  FloatVec even = hn::Zero(d);
  FloatVec odd = hn::Zero(d);
  float* state = head.state + column;
  for (std::int64_t i = 0; i < head.width; ++i, state += head.width) {
    const FloatVec before = load_some(state, lanes);
    const FloatVec decayed = fused_multiply_add(before, less, before);
    const FloatVec after = fused_multiply_add(hn::Set(d, k[i]), v, decayed);
    store_some(after, state, lanes);
    FloatVec& sum = i % 2 == 0 ? even : odd;
    sum = fused_multiply_add(hn::Set(d, q[i]), after, sum);
  }
  store_some(hn::Add(even, odd), head.out + token * head.out_step + column, lanes);
}

void run_steps(const LightningHead& head, std::int64_t tokens) {
  const float decay_less_one = std::expm1(-head.slope);
  for (std::int64_t token = 0; token < tokens; ++token) {
    for_each_vector(head.end_column - head.first_column,
                    [&](std::int64_t c, std::int64_t lanes) HWY_ATTR {
                      step_columns(head, token, decay_less_one, head.first_column + c, lanes);
                    });
  }
}

}  // namespace arges::kernels::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace arges::kernels::cpu {

HWY_EXPORT(run_steps);

void lightning_steps(const LightningHead& head, std::int64_t tokens) {
  HWY_DYNAMIC_DISPATCH(run_steps)(head, tokens);
}

}  // namespace arges::kernels::cpu
#endif
