// SPDX-License-Identifier: Apache-2.0
#include "kernels/cpu/finish.h"

#include "kernels/cpu/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/finish.cpp"
#include "hwy/foreach_target.h"  // IWYU pragma: keep
#include "hwy/highway.h"
#include "kernels/cpu/vector_math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace arges::kernels::cpu::HWY_NAMESPACE {

HWY_INLINE FloatVec silu(FloatVec x) {
  return hn::Mul(x, sigmoid(x));
}

HWY_INLINE FloatVec gelu(FloatVec x) {
  const FloatTag d;
  const FloatVec half = hn::Mul(x, hn::Set(d, 0.5f));
  return hn::MulAdd(half, error_function(hn::Mul(x, hn::Set(d, 0.70710678f))), half);
}

template <Activation kActivation>
HWY_INLINE FloatVec activate(FloatVec x) {
  if constexpr (kActivation == Activation::kSilu) return silu(x);
  if constexpr (kActivation == Activation::kGeluErf) return gelu(x);
  if constexpr (kActivation == Activation::kSigmoid) return sigmoid(x);
  return x;
}

template <Activation kActivation>
void finish_rows(Block<const float> sums, std::int64_t rows, std::int64_t cols, const float* bias,
                 Block<float> out) {
  for (std::int64_t r = 0; r < rows; ++r) {
    const float* from = sums.data + r * sums.step;
    float* to = out.data + r * out.step;
    for_each_vector(cols, [=](std::int64_t c, std::int64_t lanes) HWY_ATTR {
      FloatVec x = load_some(from + c, lanes);
      if (bias != nullptr) x = hn::Add(x, load_some(bias + c, lanes));
      store_some(activate<kActivation>(x), to + c, lanes);
    });
  }
}

void run_linear(Block<const float> sums, std::int64_t rows, std::int64_t cols, const float* bias,
                Activation activation, Block<float> out) {
  switch (activation) {
    case Activation::kNone:
      return finish_rows<Activation::kNone>(sums, rows, cols, bias, out);
    case Activation::kSilu:
      return finish_rows<Activation::kSilu>(sums, rows, cols, bias, out);
    case Activation::kGeluErf:
      return finish_rows<Activation::kGeluErf>(sums, rows, cols, bias, out);
    case Activation::kSigmoid:
      return finish_rows<Activation::kSigmoid>(sums, rows, cols, bias, out);
  }
}

void run_gate(Block<float> gate, Block<const float> up, std::int64_t rows, std::int64_t cols) {
  for (std::int64_t r = 0; r < rows; ++r) {
    float* g = gate.data + r * gate.step;
    const float* u = up.data + r * up.step;
    for_each_vector(cols, [=](std::int64_t c, std::int64_t lanes) HWY_ATTR {
      store_some(hn::Mul(silu(load_some(g + c, lanes)), load_some(u + c, lanes)), g + c, lanes);
    });
  }
}

}  // namespace arges::kernels::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace arges::kernels::cpu {

HWY_EXPORT(run_linear);
HWY_EXPORT(run_gate);

void finish_linear(Block<const float> sums, std::int64_t rows, std::int64_t cols, const float* bias,
                   Activation activation, Block<float> out) {
  HWY_DYNAMIC_DISPATCH(run_linear)(sums, rows, cols, bias, activation, out);
}

void finish_gate(Block<float> gate, Block<const float> up, std::int64_t rows, std::int64_t cols) {
  HWY_DYNAMIC_DISPATCH(run_gate)(gate, up, rows, cols);
}

}  // namespace arges::kernels::cpu
#endif
