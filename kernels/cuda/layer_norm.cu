// SPDX-License-Identifier: Apache-2.0
#include "kernels/cuda/layer_norm.h"

#include "kernels/cuda/kernel_launch.h"
#include "kernels/cuda/row_norm.cuh"

namespace arges::kernels::cuda {

namespace {

constexpr int kThreads = 256;
constexpr int kMostWidth = 4096;
constexpr int kVectors = kMostWidth / 4 / kThreads;

// A block a row. The variance is of differences from the mean, not of squares less a square: a
// row's mean may be large.
__global__ void __launch_bounds__(kThreads)
    layer_norm_kernel(const __grid_constant__ LayerNormArgs args) {
  __shared__ float sums[kThreads / 32];
  let_next_kernel_start();
  wait_for_kernel_before();
  const std::int64_t row = blockIdx.x;
  const auto column_of = [](int i) { return 4 * (static_cast<int>(threadIdx.x) + i * kThreads); };
  const float* x = args.x + row * args.width;
  float4 values[kVectors];
  float sum = 0.0f;
#pragma unroll
  for (int i = 0; i < kVectors; ++i) {
    values[i] = float4{};
    if (column_of(i) >= args.width) continue;
    values[i] = *reinterpret_cast<const float4*>(x + column_of(i));
    sum += (values[i].x + values[i].y) + (values[i].z + values[i].w);
  }
  const float width = static_cast<float>(args.width);
  const float mean = block_sum<kThreads>(sum, sums) / width;
  __syncthreads();
  float squares = 0.0f;
#pragma unroll
  for (int i = 0; i < kVectors; ++i) {
    if (column_of(i) >= args.width) continue;
    values[i] = {values[i].x - mean, values[i].y - mean, values[i].z - mean, values[i].w - mean};
    squares = add_squares(values[i], squares);
  }
  const float scale = rsqrtf(block_sum<kThreads>(squares, sums) / width + args.epsilon);
#pragma unroll
  for (int i = 0; i < kVectors; ++i) {
    const int column = column_of(i);
    if (column >= args.width) continue;
    const float4 weight = *reinterpret_cast<const float4*>(args.weight + column);
    const float4 bias = *reinterpret_cast<const float4*>(args.bias + column);
    const float4 n = {
        fmaf(values[i].x * scale, weight.x, bias.x), fmaf(values[i].y * scale, weight.y, bias.y),
        fmaf(values[i].z * scale, weight.z, bias.z), fmaf(values[i].w * scale, weight.w, bias.w)};
    const std::int64_t at = row * args.width + column;
    if (args.normed != nullptr) {
      *reinterpret_cast<float4*>(args.normed + at) = n;
    } else {
      *reinterpret_cast<uint2*>(static_cast<__nv_bfloat16*>(args.n) + at) = {pack_bf16(n.x, n.y),
                                                                             pack_bf16(n.z, n.w)};
    }
  }
}

}  // namespace

Status layer_norm(const LayerNormArgs& args, Stream stream) {
  if (args.rows < 1 || args.width < 4 || args.width > kMostWidth || args.width % 4 != 0) {
    return invalid_argument("layer_norm: no rows, or a width that does not fit");
  }
  if (args.x == nullptr || args.weight == nullptr || args.bias == nullptr ||
      (args.n == nullptr) == (args.normed == nullptr)) {
    return invalid_argument("layer_norm: a pointer is missing, or two outputs");
  }
  LaunchShape shape;
  shape.blocks = static_cast<unsigned>(args.rows);
  shape.threads = kThreads;
  shape.early = args.early && has_early_start();
  return launch_kernel(layer_norm_kernel, shape, args, stream, "launch of layer_norm");
}

}  // namespace arges::kernels::cuda
