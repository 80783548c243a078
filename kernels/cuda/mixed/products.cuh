// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cuda_bf16.h>

#include "kernels/base/exec_context.h"
#include "kernels/cuda/linear.h"
#include "kernels/cuda/mixed/warp.cuh"
#include "kernels/cuda/plain/products.h"

// Products with a weight. Of bf16 in rows of whole 16 bytes they are taken by the tensor cores, of
// operands narrowed to bf16; of anything else in fp32, a warp a number.
namespace arges::kernels::mixed {

inline bool is_for_tensor_cores(const Matrix& weight) {
  return weight.dtype == DType::kBF16 && weight.rows % 8 == 0 && weight.cols % 8 == 0;
}

inline Result<__nv_bfloat16*> bf16_rows(const ExecContext& context, std::int64_t rows,
                                        std::int64_t width) {
  ARGES_ASSIGN_OR_RETURN(const TensorView tensor,
                         context.workspace->allocate({rows, width}, DType::kBF16));
  return static_cast<__nv_bfloat16*>(tensor.data);
}

struct NarrowBody {
  const float* x;
  __nv_bfloat16* n;

  __device__ void operator()(std::int64_t i) const { n[i] = __float2bfloat16_rn(x[i]); }
};

// The product as kernels/cuda takes it, without what is around it.
inline cuda::LinearArgs product_of(const __nv_bfloat16* x, std::int64_t rows, const Matrix& weight,
                                   float* sums) {
  cuda::LinearArgs args;
  args.x = x;
  args.x_stride = weight.cols;
  args.rows = static_cast<int>(rows);
  args.w = weight.data;
  args.outputs = static_cast<int>(weight.rows);
  args.inputs = static_cast<int>(weight.cols);
  args.sums = sums;
  args.y_stride = weight.rows;
  args.early = false;
  return args;
}

struct LinearWarp {
  plain::LinearBody of;

  __device__ void operator()(std::int64_t i, int lane) const {
    const std::int64_t output = i % of.weight.rows;
    const float* row = of.x + i / of.weight.rows * of.weight.cols;
    float sum = dot(of.weight, output, lane, [row](std::int64_t j) { return row[j]; });
    if (of.bias != nullptr) sum += of.bias[output];
    if (lane == 0) of.out[i] = plain::activate(sum, of.activation);
  }
};

inline bool is_for_tensor_cores(const Matrix& weight, Activation activation) {
  const bool knows = activation == Activation::kNone || activation == Activation::kGeluErf;
  return knows && is_for_tensor_cores(weight);
}

// Of rows that are narrowed already.
inline Status linear_of(const CudaExecutor& executor, const __nv_bfloat16* x, const Matrix& weight,
                        ConstTensorView bias, Activation activation, TensorView out) {
  cuda::LinearArgs product = product_of(x, out.shape[0], weight, out.f32());
  product.bias = bias.f32();
  if (activation == Activation::kGeluErf) product.activation = cuda::LinearActivation::kGeluErf;
  return cuda::linear(product, executor.stream);
}

inline Status linear(const CudaExecutor& executor, const ExecContext& context,
                     const LinearArgs& args) {
  const std::int64_t rows = args.x.shape[0];
  if (rows == 0) return {};
  if (!is_for_tensor_cores(*args.weight, args.activation)) {
    return each_warp(executor, args.out.shape.count(),
                     LinearWarp{{args.x.f32(), Weight(*args.weight), args.bias.f32(),
                                 args.activation, args.out.f32()}});
  }
  const Arena::Scope scope(*context.workspace);
  ARGES_ASSIGN_OR_RETURN(__nv_bfloat16* const x, bf16_rows(context, rows, args.weight->cols));
  ARGES_RETURN_IF_ERROR(executor.each(args.x.shape.count(), NarrowBody{args.x.f32(), x}));
  return linear_of(executor, x, *args.weight, args.bias, args.activation, args.out);
}

// T: of the normed rows.
template <class T>
Status layer_norm_rows(const CudaExecutor& executor, ConstTensorView x, ConstTensorView weight,
                       ConstTensorView bias, float epsilon, T* out) {
  return each_warp(executor, x.shape[0],
                   LayerNorm<T>{x.f32(), weight.f32(), bias.f32(), epsilon, x.shape[1], out});
}

inline Status layer_norm(const CudaExecutor& executor, const ExecContext&,
                         const LayerNormArgs& args) {
  return layer_norm_rows(executor, args.x, args.weight, args.bias, args.epsilon, args.out.f32());
}

inline Status layer_norm_linear(const CudaExecutor& executor, const ExecContext& context,
                                const LayerNormLinearArgs& args) {
  const Arena::Scope scope(*context.workspace);
  const std::int64_t rows = args.x.shape[0];
  if (rows == 0) return {};
  if (!is_for_tensor_cores(*args.weight, args.activation)) {
    ARGES_ASSIGN_OR_RETURN(const TensorView normed, context.workspace->allocate(args.x.shape));
    ARGES_RETURN_IF_ERROR(layer_norm_rows(executor, args.x, args.norm_weight, args.norm_bias,
                                          args.epsilon, normed.f32()));
    return linear(executor, context, {normed, args.weight, args.bias, args.activation, args.out});
  }
  ARGES_ASSIGN_OR_RETURN(__nv_bfloat16* const normed, bf16_rows(context, rows, args.weight->cols));
  ARGES_RETURN_IF_ERROR(
      layer_norm_rows(executor, args.x, args.norm_weight, args.norm_bias, args.epsilon, normed));
  return linear_of(executor, normed, *args.weight, args.bias, args.activation, args.out);
}

struct NormLinearWarp {
  plain::NormLinearBody of;

  __device__ void operator()(std::int64_t i, int lane) const {
    const std::int64_t row = i / of.weight.rows;
    const float* x = of.n.x + (of.rows == nullptr ? row : of.rows[row]) * of.n.width;
    const float inverse = of.n.inverse[row];
    const float* norm = of.n.weight;
    const float sum = dot(of.weight, i % of.weight.rows, lane,
                          [x, inverse, norm](std::int64_t j) { return x[j] * inverse * norm[j]; });
    if (lane == 0) of.out[i] = sum;
  }
};

// W · norm(x) of rows `rows` of x, or of all, and each row's 1/rms.
struct NormedProduct {
  ConstTensorView x;
  const std::int32_t* rows;
  std::int64_t count;
  RmsNorm norm;
  const Matrix& weight;
  float* inverse;
  float* out;
};

inline Status normed_product(const CudaExecutor& executor, const ExecContext& context,
                             const NormedProduct& of) {
  const Matrix& weight = of.weight;
  const float* x = of.x.f32();
  const float* norm = of.norm.weight.f32();
  if (of.count == 0) return {};
  if (!is_for_tensor_cores(weight)) {
    ARGES_RETURN_IF_ERROR(each_warp(
        executor, of.count, InverseRms{x, of.rows, weight.cols, of.norm.epsilon, of.inverse}));
    return each_warp(
        executor, of.count * weight.rows,
        NormLinearWarp{{{x, of.inverse, norm, weight.cols}, of.rows, Weight(weight), of.out}});
  }
  ARGES_ASSIGN_OR_RETURN(__nv_bfloat16* const n, bf16_rows(context, of.count, weight.cols));
  ARGES_RETURN_IF_ERROR(each_warp(
      executor, of.count,
      RmsNormed<__nv_bfloat16>{x, of.rows, norm, weight.cols, of.norm.epsilon, of.inverse, n}));
  return cuda::linear(product_of(n, of.count, weight, of.out), executor.stream);
}

inline Status norm_linear(const CudaExecutor& executor, const ExecContext& context,
                          const NormLinearArgs& args) {
  const Arena::Scope scope(*context.workspace);
  return normed_product(executor, context,
                        {args.x, nullptr, args.x.shape[0], args.norm, *args.weight,
                         args.inverse_rms.f32(), args.y.f32()});
}

inline Status head(const CudaExecutor& executor, const ExecContext& context, const HeadArgs& args) {
  const Arena::Scope scope(*context.workspace);
  const std::int64_t rows = args.rows.shape[0];
  ARGES_ASSIGN_OR_RETURN(const TensorView inverse, context.workspace->allocate({rows}));
  return normed_product(
      executor, context,
      {args.x, args.rows.i32(), rows, args.norm, *args.weight, inverse.f32(), args.logits.f32()});
}

struct LinearResidualWarp {
  plain::LinearResidualBody of;

  __device__ void operator()(std::int64_t i, int lane) const {
    const std::int64_t row = i / of.weight.rows;
    const float* values = of.z + row * of.weight.cols;
    const float sum =
        dot(of.weight, i % of.weight.rows, lane, [values](std::int64_t j) { return values[j]; });
    if (lane != 0) return;
    const float scale = of.squares == nullptr
                            ? 1.0f
                            : plain::inverse_rms(of.squares[row], of.squares_width, of.epsilon);
    of.residual.add(row, i % of.weight.rows, scale * sum);
  }
};

inline cuda::NormedResidual residual_of(const Residual& residual) {
  cuda::NormedResidual out;
  out.x = residual.x.f32();
  out.alpha = residual.alpha;
  out.beta = residual.beta;
  if (residual.norm.data == nullptr) return out;
  out.inverse_rms = residual.inverse_rms.f32();
  out.norm = residual.norm.f32();
  return out;
}

inline Status linear_residual(const CudaExecutor& executor, const ExecContext& context,
                              const LinearResidualArgs& args) {
  const std::int64_t rows = args.z.shape[0];
  const Matrix& weight = *args.weight;
  const float* squares = args.norm.squares.f32();
  if (rows == 0) return {};
  // The kernel divides the sum of squares by the inputs, of which a rank has its part alone.
  const bool whole = squares == nullptr || args.norm.width == weight.cols;
  if (!whole || !is_for_tensor_cores(weight)) {
    return each_warp(executor, rows * weight.rows,
                     LinearResidualWarp{{args.z.f32(), Weight(weight), squares, args.norm.width,
                                         args.norm.epsilon, plain::ResidualRows(args.residual)}});
  }
  const Arena::Scope scope(*context.workspace);
  ARGES_ASSIGN_OR_RETURN(__nv_bfloat16* const z, bf16_rows(context, rows, weight.cols));
  ARGES_RETURN_IF_ERROR(executor.each(args.z.shape.count(), NarrowBody{args.z.f32(), z}));
  cuda::LinearArgs product = product_of(z, rows, weight, args.residual.x.f32());
  product.residual = residual_of(args.residual);
  product.square_sums = squares;
  product.square_stride = rows;
  product.square_parts = squares == nullptr ? 0 : 1;
  product.epsilon = args.norm.epsilon;
  return cuda::linear(product, executor.stream);
}

// Row by row the pixels of a patch: channel, row and column of it.
struct PatchRowsBody {
  const float* pixels;
  std::int64_t channels;
  std::int64_t side;
  std::int64_t patch;
  float* rows;

  __device__ void operator()(std::int64_t i) const {
    const std::int64_t area = patch * patch;
    const std::int64_t across = side / patch;
    const std::int64_t inputs = channels * area;
    const std::int64_t index = i / inputs % (across * across);
    const std::int64_t tile = i / inputs / (across * across);
    const std::int64_t channel = i % inputs / area;
    const std::int64_t y = index / across * patch + i % area / patch;
    const std::int64_t x = index % across * patch + i % patch;
    rows[i] = pixels[((tile * channels + channel) * side + y) * side + x];
  }
};

struct PatchTokensBody {
  const float* patches;
  const float* class_embedding;
  const float* positions;
  std::int64_t tokens;
  std::int64_t width;
  float* out;

  __device__ void operator()(std::int64_t i) const {
    const std::int64_t column = i % width;
    const std::int64_t token = i / width % tokens;
    const std::int64_t tile = i / width / tokens;
    const float value = token == 0 ? class_embedding[column]
                                   : patches[(tile * (tokens - 1) + token - 1) * width + column];
    out[i] = positions[token * width + column] + value;
  }
};

inline Status patch_embedding(const CudaExecutor& executor, const ExecContext& context,
                              const PatchEmbeddingArgs& args) {
  const Arena::Scope scope(*context.workspace);
  const Shape& out = args.out.shape;  // [tiles, tokens, width]
  const std::int64_t count = out[0] * (out[1] - 1);
  ARGES_ASSIGN_OR_RETURN(const TensorView rows,
                         context.workspace->allocate({count, args.weight->cols}));
  ARGES_ASSIGN_OR_RETURN(const TensorView patches, context.workspace->allocate({count, out[2]}));
  ARGES_RETURN_IF_ERROR(executor.each(rows.shape.count(),
                                      PatchRowsBody{args.pixels.f32(), args.pixels.shape[1],
                                                    args.pixels.shape[2], args.patch, rows.f32()}));
  ARGES_RETURN_IF_ERROR(
      linear(executor, context, {rows, args.weight, {}, Activation::kNone, patches}));
  return executor.each(
      out.count(), PatchTokensBody{patches.f32(), args.class_embedding.f32(), args.positions.f32(),
                                   out[1], out[2], args.out.f32()});
}

}  // namespace arges::kernels::mixed
