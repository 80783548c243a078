// SPDX-License-Identifier: Apache-2.0
#include "kernels/cuda/embed.h"

#include "kernels/cuda/kernel_launch.h"
#include "kernels/cuda/shared_memory.cuh"

namespace arges::kernels::cuda {

namespace {

constexpr int kThreads = 256;

__device__ float4 widen(const uint2& pairs) {
  return {low_bf16(pairs.x), high_bf16(pairs.x), low_bf16(pairs.y), high_bf16(pairs.y)};
}

// A block a row.
__global__ void __launch_bounds__(kThreads) embed_kernel(const __grid_constant__ EmbedArgs args) {
  const std::int64_t row = blockIdx.x;
  const std::int64_t source = args.sources[row];
  const int fours = args.hidden / 4;
  auto* x = reinterpret_cast<float4*>(args.x) + row * fours;
  const auto* tokens = static_cast<const uint2*>(args.table) + source * fours;
  const auto* features = reinterpret_cast<const float4*>(args.features) + (-1 - source) * fours;
  for (int i = static_cast<int>(threadIdx.x); i < fours; i += kThreads) {
    x[i] = source < 0 ? features[i] : widen(tokens[i]);
  }
}

}  // namespace

Status embed(const EmbedArgs& args, Stream stream) {
  if (args.rows < 1 || args.hidden < 8 || args.hidden % 8 != 0) {
    return invalid_argument("embed: no rows, or a width that is not a multiple of 8");
  }
  if (args.sources == nullptr || args.table == nullptr || args.x == nullptr) {
    return invalid_argument("embed: a pointer is missing");
  }
  LaunchShape shape;
  shape.blocks = static_cast<unsigned>(args.rows);
  shape.threads = kThreads;
  return launch_kernel(embed_kernel, shape, args, stream, "launch of embed");
}

}  // namespace arges::kernels::cuda
