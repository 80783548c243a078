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

// Vectors of a row of the state that are worked on together: their two sums and values stay in
// registers, and the state is read and written row by row, as it lies.
#if HWY_TARGET == HWY_AVX2
constexpr int kRowVectors = 4;
#else
constexpr int kRowVectors = 8;
#endif

// What decays is written as S + (r − 1)·S with r − 1 = expm1(−slope): rounded to fp32, r itself
// would be wrong by 3e-8, which the slowest heads would raise to the power of tens of thousands of
// tokens.
HWY_INLINE FloatVec stepped(FloatVec before, FloatVec less, FloatVec k, FloatVec v) {
  return fused_multiply_add(k, v, fused_multiply_add(before, less, before));
}

// kVectors whole vectors of columns from `column` on, for one token. Even and odd rows have sums of
// their own, added last.
template <int kVectors>
HWY_INLINE void step_rows(const LightningHead& head, std::int64_t token, float decay_less_one,
                          std::int64_t column) {
  const FloatTag d;
  const float* q = head.q + token * head.token_step;
  const float* k = head.key(token);
  const FloatVec less = hn::Set(d, decay_less_one);
  FloatVec v[kVectors];
  FloatVec sums[2][kVectors];
  HWY_UNROLL(8)
  for (int c = 0; c < kVectors; ++c) {
    v[c] = hn::LoadU(d, head.value(token) + column + c * kLanes);
    sums[0][c] = sums[1][c] = hn::Zero(d);
  }
  float* state = head.state + column;
  const auto row = [&](std::int64_t i, FloatVec* sum) HWY_ATTR {
    const FloatVec key = hn::Set(d, k[i]);
    const FloatVec query = hn::Set(d, q[i]);
    HWY_UNROLL(8)
    for (int c = 0; c < kVectors; ++c) {
      float* at = state + i * head.width + c * kLanes;
      const FloatVec after = stepped(hn::LoadU(d, at), less, key, v[c]);
      hn::StoreU(after, d, at);
      sum[c] = fused_multiply_add(query, after, sum[c]);
    }
  };
  std::int64_t i = 0;
  for (; i + 2 <= head.width; i += 2) {
    row(i, sums[0]);
    row(i + 1, sums[1]);
  }
  if (i < head.width) row(i, sums[0]);
  float* out = head.out + token * head.out_step + column;
  HWY_UNROLL(8)
  for (int c = 0; c < kVectors; ++c) {
    hn::StoreU(hn::Add(sums[0][c], sums[1][c]), d, out + c * kLanes);
  }
}

// The last columns, fewer than a vector.
HWY_INLINE void step_rest(const LightningHead& head, std::int64_t token, float decay_less_one,
                          std::int64_t column, std::int64_t lanes) {
  const FloatTag d;
  const float* q = head.q + token * head.token_step;
  const float* k = head.key(token);
  const FloatVec v = load_some(head.value(token) + column, lanes);
  const FloatVec less = hn::Set(d, decay_less_one);
  FloatVec sums[2] = {hn::Zero(d), hn::Zero(d)};
  float* state = head.state + column;
  for (std::int64_t i = 0; i < head.width; ++i, state += head.width) {
    const FloatVec after = stepped(load_some(state, lanes), less, hn::Set(d, k[i]), v);
    store_some(after, state, lanes);
    sums[i % 2] = fused_multiply_add(hn::Set(d, q[i]), after, sums[i % 2]);
  }
  store_some(hn::Add(sums[0], sums[1]), head.out + token * head.out_step + column, lanes);
}

// All columns of one token: as many vectors together as there are left.
template <int kVectors>
HWY_INLINE void step_columns(const LightningHead& head, std::int64_t token, float decay_less_one,
                             std::int64_t column) {
  for (; column + kVectors * kLanes <= head.end_column; column += kVectors * kLanes) {
    step_rows<kVectors>(head, token, decay_less_one, column);
  }
  if constexpr (kVectors > 1) {
    step_columns<kVectors / 2>(head, token, decay_less_one, column);
  } else if (column < head.end_column) {
    step_rest(head, token, decay_less_one, column, head.end_column - column);
  }
}

void run_steps(const LightningHead& head, std::int64_t tokens) {
  const float decay_less_one = std::expm1(-head.slope);
  for (std::int64_t token = 0; token < tokens; ++token) {
    step_columns<kRowVectors>(head, token, decay_less_one, head.first_column);
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
