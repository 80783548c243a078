// SPDX-License-Identifier: Apache-2.0
// Vector functions shared by several ops. Compiled once for each Highway target.

#if defined(ARGES_KERNELS_CPU_VECTOR_MATH_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef ARGES_KERNELS_CPU_VECTOR_MATH_INL_H_
#undef ARGES_KERNELS_CPU_VECTOR_MATH_INL_H_
#else
#define ARGES_KERNELS_CPU_VECTOR_MATH_INL_H_
#endif

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "hwy/contrib/math/math-inl.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace arges::kernels::cpu::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

using FloatTag = hn::ScalableTag<float>;
using FloatVec = hn::Vec<FloatTag>;

// Floats in a vector of this target.
constexpr std::int64_t kLanes = HWY_LANES(float);

// a · b + c with a single rounding on every target: where the hardware has no such instruction it
// is computed lane by lane, because results must not depend on the machine.
HWY_INLINE FloatVec fused_multiply_add(FloatVec a, FloatVec b, FloatVec c) {
#if HWY_NATIVE_FMA
  return hn::MulAdd(a, b, c);
#else
  const FloatTag d;
  float lanes[3][kLanes];
  hn::StoreU(a, d, lanes[0]);
  hn::StoreU(b, d, lanes[1]);
  hn::StoreU(c, d, lanes[2]);
  for (std::int64_t i = 0; i < kLanes; ++i) {
    lanes[2][i] = std::fma(lanes[0][i], lanes[1][i], lanes[2][i]);
  }
  return hn::LoadU(d, lanes[2]);
#endif
}

// e^x to about 1 ulp; 0 far below, a huge number far above (never infinite), NaN for NaN.
HWY_INLINE FloatVec exponential(FloatVec x) {
  const FloatTag d;
  const FloatVec limit = hn::Set(d, 88.0f);  // e^88 is the last that fp32 holds
  const FloatVec limited = hn::IfThenElse(hn::Gt(x, limit), limit, x);
  return hn::IfThenElse(hn::IsNaN(x), x, hn::Exp(d, limited));
}

// 1 / (1 + e^−x).
HWY_INLINE FloatVec sigmoid(FloatVec x) {
  const FloatTag d;
  const FloatVec one = hn::Set(d, 1.0f);
  return hn::Div(one, hn::Add(one, exponential(hn::Neg(x))));
}

HWY_INLINE FloatVec silu(FloatVec x) {
  return hn::Mul(x, sigmoid(x));
}

// The error function within 3e-7: Abramowitz and Stegun, formula 7.1.26,
//   erf(x) = 1 − (a1 t + … + a5 t⁵) e^(−x²) with t = 1 / (1 + p x), for x >= 0; erf is odd.
HWY_INLINE FloatVec error_function(FloatVec x) {
  const FloatTag d;
  const FloatVec one = hn::Set(d, 1.0f);
  const FloatVec size = hn::Abs(x);
  const FloatVec t = hn::Div(one, hn::MulAdd(hn::Set(d, 0.3275911f), size, one));
  FloatVec sum = hn::Set(d, 1.061405429f);
  sum = hn::MulAdd(sum, t, hn::Set(d, -1.453152027f));
  sum = hn::MulAdd(sum, t, hn::Set(d, 1.421413741f));
  sum = hn::MulAdd(sum, t, hn::Set(d, -0.284496736f));
  sum = hn::MulAdd(sum, t, hn::Set(d, 0.254829592f));
  const FloatVec tail = hn::Mul(hn::Mul(sum, t), exponential(hn::Neg(hn::Mul(size, size))));
  return hn::CopySign(hn::Sub(one, tail), x);
}

// Calls body(offset, lanes) for each whole vector of `count` floats, then once for the rest, which
// body may only touch through load_some and store_some.
template <class Body>
HWY_INLINE void for_each_vector(std::int64_t count, const Body& body) {
  std::int64_t i = 0;
  for (; i + kLanes <= count; i += kLanes) body(i, kLanes);
  if (i < count) body(i, count - i);
}

// The first `lanes` floats at p, the other lanes zero.
HWY_INLINE FloatVec load_some(const float* p, std::int64_t lanes) {
  const FloatTag d;
  if (lanes >= kLanes) return hn::LoadU(d, p);
  return hn::MaskedLoad(hn::FirstN(d, static_cast<std::size_t>(lanes)), d, p);
}

// Writes the first `lanes` lanes and nothing behind them, not even what is there already: another
// thread may be writing it. (Highway's BlendedStore reads and rewrites the whole vector where the
// hardware has no masked store.)
HWY_INLINE void store_some(FloatVec v, float* p, std::int64_t lanes) {
  const FloatTag d;
  if (lanes >= kLanes) {
    hn::StoreU(v, d, p);
  } else {
    float values[kLanes];
    hn::StoreU(v, d, values);
    std::copy_n(values, lanes, p);
  }
}

}  // namespace arges::kernels::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // the per-target include guard
