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
#include <iterator>

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

// Of the polynomial of degree 6 with 1 + f in front that is nearest to e^f for |f| <= ln 2 / 2,
// within 3.1e-9 of it, by Remez' exchange; the highest power first.
constexpr float kExponential[] = {
    0x1.6a2352p-10f, 0x1.123a6cp-7f, 0x1.5558f4p-5f, 0x1.555490p-3f, 0x1.fffffcp-2f, 1.0f, 1.0f};

// e^x to about 1 ulp; 0 where that would not be a normal number, a huge number far above (never
// infinite), NaN for NaN. With x = n ln 2 + f, |f| <= ln 2 / 2: a polynomial for e^f times 2^n.
HWY_INLINE FloatVec exponential(FloatVec x) {
  const FloatTag d;
  const hn::RebindToSigned<FloatTag> integers;
  const FloatVec most = hn::Set(d, 88.0f);  // e^88 is the last that fp32 holds
  const FloatVec limited = hn::IfThenElse(hn::Gt(x, most), most, x);
  // Adding 1.5 · 2^23 rounds to the nearest integer and leaves it in the lowest bits.
  const FloatVec magic = hn::Set(d, 0x1.8p23f);
  const FloatVec shifted = hn::MulAdd(limited, hn::Set(d, 0x1.715476p+0f), magic);
  const FloatVec n = hn::Sub(shifted, magic);
  FloatVec f = hn::NegMulAdd(n, hn::Set(d, 0x1.62e400p-1f), limited);  // exact: 14 bits
  f = hn::NegMulAdd(n, hn::Set(d, 0x1.7f7d1cp-20f), f);
  FloatVec sum = hn::Set(d, kExponential[0]);
  for (std::size_t i = 1; i < std::size(kExponential); ++i) {
    sum = hn::MulAdd(sum, f, hn::Set(d, kExponential[i]));
  }
  const auto exponent = hn::Add(hn::BitCast(integers, shifted), hn::Set(integers, 127));
  const FloatVec power = hn::BitCast(d, hn::ShiftLeft<23>(exponent));
  const auto is_small = hn::Lt(x, hn::Set(d, -87.3f));  // e^−87.3 is above 2^−126
  return hn::IfThenZeroElse(is_small, hn::Mul(sum, power));
}

// 1 / x for x >= 1, to about 1 ulp, in less time than a division: the hardware's estimate (14 bits
// of AVX-512, 12 of AVX2, 8 of NEON) and Newton steps, each of which doubles its bits.
HWY_INLINE FloatVec reciprocal(FloatVec x) {
  const FloatVec two = hn::Set(FloatTag(), 2.0f);
  FloatVec y = hn::ApproximateReciprocal(x);
#if HWY_TARGET != HWY_AVX3
  y = hn::Mul(y, hn::NegMulAdd(x, y, two));
#endif
  return hn::Mul(y, hn::NegMulAdd(x, y, two));
}

// 1 / (1 + e^−x).
HWY_INLINE FloatVec sigmoid(FloatVec x) {
  const FloatVec one = hn::Set(FloatTag(), 1.0f);
  return reciprocal(hn::Add(one, exponential(hn::Neg(x))));
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
  const FloatVec t = reciprocal(hn::MulAdd(hn::Set(d, 0.3275911f), size, one));
  FloatVec sum = hn::Set(d, 1.061405429f);
  sum = hn::MulAdd(sum, t, hn::Set(d, -1.453152027f));
  sum = hn::MulAdd(sum, t, hn::Set(d, 1.421413741f));
  sum = hn::MulAdd(sum, t, hn::Set(d, -0.284496736f));
  sum = hn::MulAdd(sum, t, hn::Set(d, 0.254829592f));
  const FloatVec tail = hn::Mul(hn::Mul(sum, t), exponential(hn::Neg(hn::Mul(size, size))));
  return hn::CopySign(hn::Sub(one, tail), x);
}

// x as bf16, in the lower half of each lane. Half of the last bit kept is added, a little less
// where that bit is even; a carry goes where it should, into the exponent. NaN gets a bit that
// survives instead.
HWY_INLINE hn::Vec<hn::RebindToUnsigned<FloatTag>> rounded_bits(FloatVec x) {
  const hn::RebindToUnsigned<FloatTag> d;
  const auto bits = hn::BitCast(d, x);
  const auto odd = hn::And(hn::ShiftRight<16>(bits), hn::Set(d, 1u));
  const auto nearest = hn::Add(bits, hn::Add(odd, hn::Set(d, 0x7FFFu)));
  const auto quiet = hn::Or(bits, hn::Set(d, 0x400000u));
  const auto nan = hn::RebindMask(d, hn::IsNaN(x));
  return hn::ShiftRight<16>(hn::IfThenElse(nan, quiet, nearest));
}

// The same, one behind another.
HWY_INLINE void store_rounded(FloatVec x, std::uint16_t* out) {
  const hn::RebindToSigned<FloatTag> signed_tag;
  const hn::Rebind<std::uint16_t, FloatTag> half_tag;
  const auto kept = hn::BitCast(signed_tag, rounded_bits(x));
  hn::StoreU(hn::DemoteTo(half_tag, kept), half_tag, out);
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
