// SPDX-License-Identifier: Apache-2.0
#include "kernels/cuda/linear.h"

#include "kernels/cuda/kernel_launch.h"
#include "kernels/cuda/skinny_product.cuh"

namespace arges::kernels::cuda {

namespace {

// 1/rms of each row from the parts of its sum of squares: a warp a row, the same order always.
__device__ void divide_by_rms(const LinearArgs& args, float (&scales)[kSkinnyRows]) {
  const int lane = static_cast<int>(threadIdx.x) & 31;
  for (int row = static_cast<int>(threadIdx.x) / 32; row < args.rows; row += kSkinnyWarps) {
    float sum = 0.0f;
    for (int part = lane; part < args.square_parts; part += 32) {
      sum += args.square_sums[static_cast<std::int64_t>(part) * args.rows + row];
    }
#pragma unroll
    for (int step = 16; step > 0; step /= 2) sum += __shfl_xor_sync(0xffffffffu, sum, step);
    if (lane == 0) {
      scales[row] = rsqrtf(sum / static_cast<float>(args.inputs) + args.epsilon);
    }
  }
}

template <int kTiles>
__global__ void __launch_bounds__(kSkinnyThreads, kTiles > 4 ? 1 : 2)
    linear_kernel(const __grid_constant__ LinearArgs args) {
  __shared__ SkinnyMemory memory;
  __shared__ float scales[kSkinnyRows];
  let_next_kernel_start();
  const int first = static_cast<int>(blockIdx.x) * kSkinnyOutputs;
  const auto* x = static_cast<const __nv_bfloat16*>(args.x);
  const bool scaled = args.square_sums != nullptr;
  skinny_product<kTiles>(
      SkinnyMatrix{static_cast<const __nv_bfloat16*>(args.w), args.outputs, args.inputs, first},
      args.rows, memory, [&](int row) { return x + row * args.x_stride; },
      [&] {
        wait_for_kernel_before();
        if (scaled) divide_by_rms(args, scales);  // seen after add_warps' first barrier
      },
      [&](int output, int row, float sum) {
        const int column = first + output;
        if (row >= args.rows || column >= args.outputs) return;
        if (scaled) sum *= scales[row];
        const std::int64_t at = row * args.y_stride + column;
        if (args.sums == nullptr) {
          static_cast<__nv_bfloat16*>(args.y)[at] = __float2bfloat16_rn(sum);
          return;
        }
        const NormedResidual& residual = args.residual;
        if (residual.x != nullptr) {
          const float n = residual.x[at] * residual.inverse_rms[row] * residual.norm[column];
          sum = residual.alpha * n + residual.beta * sum;
        }
        args.sums[at] = sum;
      });
}

Status check(const LinearArgs& args) {
  if (args.rows < 1 || args.rows > kMaxLinearRows || args.outputs < 1 || args.inputs < 8 ||
      args.inputs % 8 != 0) {
    return invalid_argument("linear: rows not in 1 … 64, or a size that is not a multiple of 8");
  }
  if (args.x == nullptr || args.w == nullptr || (args.y == nullptr) == (args.sums == nullptr)) {
    return invalid_argument("linear: a pointer is missing, or two outputs");
  }
  if (args.x_stride < args.inputs || args.x_stride % 8 != 0 || args.y_stride < args.outputs) {
    return invalid_argument("linear: a stride does not fit");
  }
  if (args.residual.x != nullptr && (args.sums == nullptr || args.residual.norm == nullptr ||
                                     args.residual.inverse_rms == nullptr)) {
    return invalid_argument("linear: a residual without its norm, or without an fp32 output");
  }
  return {};
}

}  // namespace

Status linear(const LinearArgs& args, Stream stream) {
  ARGES_RETURN_IF_ERROR(check(args));
  LaunchShape shape;
  shape.blocks = static_cast<unsigned>((args.outputs + kSkinnyOutputs - 1) / kSkinnyOutputs);
  shape.threads = kSkinnyThreads;
  shape.early = args.early && has_early_start();
  const char* what = "launch of linear";
  if (args.rows <= 8) return launch_kernel(linear_kernel<1>, shape, args, stream, what);
  if (args.rows <= 16) return launch_kernel(linear_kernel<2>, shape, args, stream, what);
  if (args.rows <= 32) return launch_kernel(linear_kernel<4>, shape, args, stream, what);
  return launch_kernel(linear_kernel<8>, shape, args, stream, what);
}

}  // namespace arges::kernels::cuda
