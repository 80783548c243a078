// SPDX-License-Identifier: Apache-2.0
#include "kernels/cuda/tile_patches.h"

#include <cuda_bf16.h>

#include "kernels/cuda/kernel_launch.h"

namespace arges::kernels::cuda {

namespace {

constexpr int kThreads = 256;
constexpr int kChannels = 3;
constexpr int kMostPatch = 32;

// A byte of a tile; black around the picture.
__device__ int byte_at(const TilePatchesArgs& args, int tile, int y, int x, int channel) {
  if (tile == 0) return args.thumbnail[(y * args.side + x) * kChannels + channel];
  const int picture_y = (tile - 1) / args.grid_cols * args.side + y - args.pad_top;
  const int picture_x = (tile - 1) % args.grid_cols * args.side + x - args.pad_left;
  if (picture_y < 0 || picture_y >= args.height || picture_x < 0 || picture_x >= args.width) {
    return 0;
  }
  return args.picture[(std::int64_t{picture_y} * args.width + picture_x) * kChannels + channel];
}

// A block a patch.
__global__ void __launch_bounds__(kThreads)
    tile_patches_kernel(const __grid_constant__ TilePatchesArgs args) {
  const int across = args.side / args.patch;
  const int top = static_cast<int>(blockIdx.x) / across * args.patch;
  const int left = static_cast<int>(blockIdx.x) % across * args.patch;
  const int tile = static_cast<int>(blockIdx.y);
  const int area = args.patch * args.patch;
  const std::int64_t row = std::int64_t{tile} * across * across + blockIdx.x;
  auto* out = static_cast<__nv_bfloat16*>(args.rows) + row * args.row_stride;
  for (int i = static_cast<int>(threadIdx.x); i < args.row_stride; i += kThreads) {
    const int channel = i / area;
    float value = 0.0f;
    if (channel < kChannels) {
      const int y = top + i % area / args.patch;
      const int x = left + i % args.patch;
      value = args.values[channel * 256 + byte_at(args, tile, y, x, channel)];
    }
    out[i] = __float2bfloat16_rn(value);
  }
}

Status check(const TilePatchesArgs& args) {
  if (args.thumbnail == nullptr || args.values == nullptr || args.rows == nullptr ||
      (args.picture == nullptr && args.grid_rows * args.grid_cols > 0)) {
    return invalid_argument("tile_patches: a pointer is missing");
  }
  if (args.patch < 1 || args.patch > kMostPatch || args.side < args.patch ||
      args.side % args.patch != 0 || args.row_stride < kChannels * args.patch * args.patch) {
    return invalid_argument("tile_patches: the patch does not fit the tile or the rows");
  }
  if (args.grid_rows < 0 || args.grid_cols < 0 || args.grid_rows > 1024 || args.grid_cols > 1024 ||
      args.grid_rows * args.grid_cols > 65534) {
    return invalid_argument("tile_patches: no grid, or more than 65534 tiles");
  }
  return {};
}

}  // namespace

Status tile_patches(const TilePatchesArgs& args, Stream stream) {
  ARGES_RETURN_IF_ERROR(check(args));
  const int across = args.side / args.patch;
  LaunchShape shape;
  shape.blocks = dim3(static_cast<unsigned>(across * across),
                      static_cast<unsigned>(1 + args.grid_rows * args.grid_cols));
  shape.threads = kThreads;
  return launch_kernel(tile_patches_kernel, shape, args, stream, "launch of tile_patches");
}

}  // namespace arges::kernels::cuda
