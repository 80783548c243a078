// SPDX-License-Identifier: Apache-2.0
#include "kernels/cuda/rms_norm.h"

#include "kernels/cuda/kernel_launch.h"
#include "kernels/cuda/row_norm.cuh"

namespace arges::kernels::cuda {

namespace {

constexpr int kThreads = 1024;
constexpr int kVectors = kMaxNormWidth / 4 / kThreads;

__device__ float4 add_experts(const RmsNormArgs& args, std::int64_t row, int column, float4 x) {
  const NormedResidual& residual = args.residual;
  float4 sum{};
  for (int j = 0; j < args.top; ++j) {
    const float4 y = *reinterpret_cast<const float4*>(args.expert_rows +
                                                      (row * args.top + j) * args.width + column);
    sum = {sum.x + y.x, sum.y + y.y, sum.z + y.z, sum.w + y.w};
  }
  const float scale = residual.inverse_rms[row];
  const float4 norm = *reinterpret_cast<const float4*>(residual.norm + column);
  return {residual.alpha * (x.x * scale * norm.x) + residual.beta * sum.x,
          residual.alpha * (x.y * scale * norm.y) + residual.beta * sum.y,
          residual.alpha * (x.z * scale * norm.z) + residual.beta * sum.z,
          residual.alpha * (x.w * scale * norm.w) + residual.beta * sum.w};
}

// A block a row.
__global__ void __launch_bounds__(kThreads)
    rms_norm_kernel(const __grid_constant__ RmsNormArgs args) {
  __shared__ float sums[kThreads / 32];
  let_next_kernel_start();
  const std::int64_t row = blockIdx.x;
  float4 values[kVectors];
  float4 norms[kVectors];
#pragma unroll
  for (int i = 0; i < kVectors; ++i) {
    const int column = 4 * (static_cast<int>(threadIdx.x) + i * kThreads);
    norms[i] =
        column < args.width ? *reinterpret_cast<const float4*>(args.norm + column) : float4{};
  }
  wait_for_kernel_before();
  const std::int64_t source = args.from == nullptr ? row : args.from[row];
  float* x = args.x + source * args.width;
  float squares = 0.0f;
#pragma unroll
  for (int i = 0; i < kVectors; ++i) {
    const int column = 4 * (static_cast<int>(threadIdx.x) + i * kThreads);
    values[i] = float4{};
    if (column >= args.width) continue;
    values[i] = *reinterpret_cast<const float4*>(x + column);
    if (args.expert_rows != nullptr) {
      values[i] = add_experts(args, source, column, values[i]);
      *reinterpret_cast<float4*>(x + column) = values[i];
    }
    squares = add_squares(values[i], squares);
  }
  const float total = block_sum<kThreads>(squares, sums);
  const float scale = rsqrtf(total / static_cast<float>(args.width) + args.epsilon);
  if (threadIdx.x == 0) args.inverse_rms[row] = scale;
  __nv_bfloat16* n = static_cast<__nv_bfloat16*>(args.n) + row * args.width;
#pragma unroll
  for (int i = 0; i < kVectors; ++i) {
    const int column = 4 * (static_cast<int>(threadIdx.x) + i * kThreads);
    if (column < args.width) store_normed(n + column, values[i], scale, norms[i]);
  }
}

Status check(const RmsNormArgs& args) {
  if (args.x == nullptr || args.norm == nullptr || args.n == nullptr ||
      args.inverse_rms == nullptr) {
    return invalid_argument("rms_norm: a pointer is missing");
  }
  if (args.rows < 1 || args.width < 4 || args.width > kMaxNormWidth || args.width % 4 != 0) {
    return invalid_argument("rms_norm: no rows, or a width that does not fit");
  }
  const NormedResidual& residual = args.residual;
  if (args.expert_rows != nullptr &&
      (args.top < 1 || residual.norm == nullptr || residual.inverse_rms == nullptr ||
       residual.inverse_rms == args.inverse_rms)) {
    return invalid_argument("rms_norm: experts without what they are added to");
  }
  return {};
}

}  // namespace

Status rms_norm(const RmsNormArgs& args, Stream stream) {
  ARGES_RETURN_IF_ERROR(check(args));
  LaunchShape shape;
  shape.blocks = static_cast<unsigned>(args.rows);
  shape.threads = kThreads;
  shape.early = args.early && has_early_start();
  return launch_kernel(rms_norm_kernel, shape, args, stream, "launch of rms_norm");
}

}  // namespace arges::kernels::cuda
