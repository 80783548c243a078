// SPDX-License-Identifier: Apache-2.0
#include "kernels/cuda/linear.h"

#include <algorithm>

#include "kernels/cuda/card.h"
#include "kernels/cuda/kernel_launch.h"
#include "kernels/cuda/linear_activation.cuh"
#include "kernels/cuda/many_rows.h"
#include "kernels/cuda/skinny_product.cuh"

namespace arges::kernels::cuda {

namespace {

// 1/rms of each row from the parts of its sum of squares: a warp a row, the same order always.
__device__ void divide_by_rms(const LinearArgs& args, float (&scales)[kSkinnyRows]) {
  const int lane = static_cast<int>(threadIdx.x) & 31;
  for (int row = static_cast<int>(threadIdx.x) / 32; row < args.rows; row += kSkinnyWarps) {
    float sum = 0.0f;
    for (int part = lane; part < args.square_parts; part += 32) {
      sum += args.square_sums[part * args.square_stride + row];
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
        if (args.bias != nullptr) sum += args.bias[column];
        sum = activate(args, sum, column);
        const std::int64_t at = row * args.y_stride + column;
        if (args.sums == nullptr) {
          static_cast<__nv_bfloat16*>(args.y)[at] = __float2bfloat16_rn(sum);
          return;
        }
        const NormedResidual& residual = args.residual;
        if (residual.x != nullptr) {
          const float n = residual.norm == nullptr
                              ? residual.x[at]
                              : residual.x[at] * residual.inverse_rms[row] * residual.norm[column];
          sum = residual.alpha * n + residual.beta * sum;
        }
        args.sums[at] = sum;
      });
}

Status check(const LinearArgs& args) {
  if (args.rows < 1 || args.outputs < 1 || args.inputs < 8 || args.inputs % 8 != 0) {
    return invalid_argument("linear: no rows, or a size that is not a multiple of 8");
  }
  if (args.rows > kMaxLinearRows && (args.outputs % 8 != 0 || args.y_stride % 8 != 0)) {
    return invalid_argument("linear: many rows with outputs that are not a multiple of 8");
  }
  if (args.x == nullptr || args.w == nullptr || (args.y == nullptr) == (args.sums == nullptr)) {
    return invalid_argument("linear: a pointer is missing, or two outputs");
  }
  if (args.x_stride < args.inputs || args.x_stride % 8 != 0 || args.y_stride < args.outputs) {
    return invalid_argument("linear: a stride does not fit");
  }
  if (args.square_sums != nullptr && args.square_stride < args.rows) {
    return invalid_argument("linear: parts of square sums that overlap");
  }
  if (args.residual.x != nullptr &&
      (args.sums == nullptr ||
       (args.residual.norm == nullptr) != (args.residual.inverse_rms == nullptr))) {
    return invalid_argument("linear: a residual with half a norm, or without an fp32 output");
  }
  return {};
}

// 64 of many rows, or what is left of them.
LinearArgs rows_of(const LinearArgs& all, int first) {
  LinearArgs args = all;
  args.rows = std::min(all.rows - first, kMaxLinearRows);
  args.x = static_cast<const __nv_bfloat16*>(all.x) + first * all.x_stride;
  if (all.y != nullptr) args.y = static_cast<__nv_bfloat16*>(all.y) + first * all.y_stride;
  if (all.sums != nullptr) args.sums = all.sums + first * all.y_stride;
  if (all.residual.x != nullptr) {
    args.residual.x = all.residual.x + first * all.y_stride;
    if (all.residual.norm != nullptr) args.residual.inverse_rms = all.residual.inverse_rms + first;
  }
  if (all.square_sums != nullptr) args.square_sums = all.square_sums + first;
  return args;
}

Status few_rows(const LinearArgs& args, Stream stream) {
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

// Whether tiles are the better way for rows that could still read W once: from x, which a block of
// 32 outputs reads as a whole, then comes as much as from W; with 256 outputs to a tile there are
// enough of them for a card.
bool is_for_tiles(const LinearArgs& args) {
  constexpr int kRows = 32;
  constexpr int kOutputs = 24576;
  return args.rows > kRows && args.outputs >= kOutputs && args.outputs % 8 == 0 &&
         args.y_stride % 8 == 0;
}

}  // namespace

Status linear(const LinearArgs& args, Stream stream) {
  ARGES_RETURN_IF_ERROR(check(args));
  const bool few = args.rows <= kMaxLinearRows;
  if (few && !is_for_tiles(args)) return few_rows(args, stream);
  ARGES_ASSIGN_OR_RETURN(const Card card, current_card());
  if (card.is_hopper()) return linear_sm90(args, card.multiprocessors, stream);
  if (few) return few_rows(args, stream);
  for (int first = 0; first < args.rows; first += kMaxLinearRows) {
    ARGES_RETURN_IF_ERROR(few_rows(rows_of(args, first), stream));
  }
  return {};
}

}  // namespace arges::kernels::cuda
