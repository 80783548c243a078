// SPDX-License-Identifier: Apache-2.0
#include "kernels/cpu/finish.h"

#include "kernels/cpu/panel_product.h"
#include "kernels/cpu/targets.h"
#include "kernels/ops/expert_ffn.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/finish.cpp"
#include "hwy/foreach_target.h"  // IWYU pragma: keep
#include "hwy/highway.h"
#include "kernels/cpu/vector_math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace arges::kernels::cpu::HWY_NAMESPACE {

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

void run_gate(Block<float> sums, std::int64_t rows, std::int64_t pairs) {
  const FloatTag d;
  for (std::int64_t r = 0; r < rows; ++r) {
    float* row = sums.data + r * sums.step;
    for (std::int64_t pair = 0; pair < pairs; ++pair) {
      const float* gate = row + 2 * pair * kPanel;
      for (std::int64_t c = 0; c < kPanel; c += kLanes) {
        const FloatVec up = hn::LoadU(d, gate + kPanel + c);
        hn::StoreU(hn::Mul(silu(hn::LoadU(d, gate + c)), up), d, row + pair * kPanel + c);
      }
    }
  }
}

void run_residual(Block<const float> sums, std::int64_t rows, std::int64_t cols,
                  const ResidualBlock& residual) {
  const FloatTag d;
  const FloatVec alpha = hn::Set(d, residual.alpha);
  const FloatVec beta = hn::Set(d, residual.beta);
  const float* norm = residual.norm;
  for (std::int64_t r = 0; r < rows; ++r) {
    const float* from = sums.data + r * sums.step;
    float* x = residual.x.data + r * residual.x.step;
    const FloatVec inverse = hn::Set(d, norm == nullptr ? 1.0f : residual.inverse_rms[r]);
    const FloatVec scale = hn::Set(d, residual.scales == nullptr ? 1.0f : residual.scales[r]);
    for_each_vector(cols, [=](std::int64_t c, std::int64_t lanes) HWY_ATTR {
      FloatVec n = load_some(x + c, lanes);
      if (norm != nullptr) n = hn::Mul(hn::Mul(n, inverse), load_some(norm + c, lanes));
      const FloatVec block = hn::Mul(load_some(from + c, lanes), scale);
      store_some(fused_multiply_add(alpha, n, hn::Mul(beta, block)), x + c, lanes);
    });
  }
}

void run_silu(const float* in, std::int64_t count, float* out) {
  for_each_vector(count, [=](std::int64_t i, std::int64_t lanes) HWY_ATTR {
    store_some(silu(load_some(in + i, lanes)), out + i, lanes);
  });
}

}  // namespace arges::kernels::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace arges::kernels::cpu {

HWY_EXPORT(run_linear);
HWY_EXPORT(run_gate);
HWY_EXPORT(run_residual);
HWY_EXPORT(run_silu);

void finish_linear(Block<const float> sums, std::int64_t rows, std::int64_t cols, const float* bias,
                   Activation activation, Block<float> out) {
  HWY_DYNAMIC_DISPATCH(run_linear)(sums, rows, cols, bias, activation, out);
}

void finish_gate(Block<float> sums, std::int64_t rows, std::int64_t pairs) {
  static_assert(kGateRows == kPanel);
  HWY_DYNAMIC_DISPATCH(run_gate)(sums, rows, pairs);
}

void finish_residual(Block<const float> sums, std::int64_t rows, std::int64_t cols,
                     const ResidualBlock& residual) {
  HWY_DYNAMIC_DISPATCH(run_residual)(sums, rows, cols, residual);
}

ResidualBlock block_of(const Residual& residual, std::int64_t row, std::int64_t column) {
  const std::int64_t width = residual.x.shape[1];
  ResidualBlock block;
  block.x = {residual.x.f32() + row * width + column, width};
  block.alpha = residual.alpha;
  block.beta = residual.beta;
  if (residual.norm.data == nullptr) return block;
  block.norm = residual.norm.f32() + column;
  block.inverse_rms = residual.inverse_rms.f32() + row;
  return block;
}

void silu_row(const float* in, std::int64_t count, float* out) {
  HWY_DYNAMIC_DISPATCH(run_silu)(in, count, out);
}

}  // namespace arges::kernels::cpu
#endif
