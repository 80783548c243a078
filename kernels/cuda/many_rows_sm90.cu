// SPDX-License-Identifier: Apache-2.0
#include "kernels/cuda/many_rows.h"

#include "kernels/cuda/tile_epilogue.cuh"
#include "kernels/cuda/tile_product_sm90.cuh"

namespace arges::kernels::cuda {

namespace {

constexpr int kGatherThreads = 256;

// The normed rows of routes, sorted by expert, so that the copy engine finds a tile's together.
__global__ void __launch_bounds__(kGatherThreads)
    gather_kernel(const __grid_constant__ ExpertFfnArgs args) {
  const std::int64_t at = blockIdx.x;
  const std::int64_t row = args.routing.order[at] / args.top;
  const int pieces = args.hidden / 8;
  const auto* from = static_cast<const uint4*>(args.n) + row * pieces;
  auto* to = static_cast<uint4*>(args.sorted) + at * pieces;
  for (int i = static_cast<int>(threadIdx.x); i < pieces; i += kGatherThreads) to[i] = from[i];
}

Status gather(const ExpertFfnArgs& args, Stream stream) {
  LaunchShape shape;
  shape.blocks = static_cast<unsigned>(args.rows * args.top);
  shape.threads = kGatherThreads;
  return launch_kernel(gather_kernel, shape, args, stream, "launch of the experts' rows");
}

Status describe(const void* x, std::int64_t x_stride, const void* w, TileWork& work) {
  ARGES_RETURN_IF_ERROR(encode_tensor_map(x, work.rows, work.k, x_stride, work.x, kTileM));
  return encode_tensor_map(w, std::int64_t{work.groups} * work.n, work.k, work.k, work.w,
                           work.tile_n);
}

// Rounds of tiles of n outputs that the busiest block has.
int rounds(const TileWork& work, int n, int blocks) {
  const auto tiles_of = [](int all, int tile) { return (all + tile - 1) / tile; };
  const std::int64_t tiles = std::int64_t{tiles_of(work.rows, kTileM)} * tiles_of(work.n, n);
  return static_cast<int>((tiles + blocks - 1) / blocks);
}

// A narrow tile is reckoned at three fifths of a wide one: more than half, since x is copied for
// fewer outputs. It is worth it where the last round of wide ones is half empty.
bool is_for_narrow_tiles(const TileWork& work, int blocks) {
  return 3 * rounds(work, kNarrowTileN, blocks) < 5 * rounds(work, kTileN, blocks);
}

}  // namespace

Status linear_sm90(const LinearArgs& args, int multiprocessors, Stream stream) {
  sm90::TileLaunch<LinearEpilogue> launch{{}, {args}, args.early};
  launch.work.rows = args.rows;
  launch.work.n = args.outputs;
  launch.work.k = args.inputs;
  const bool narrow = is_for_narrow_tiles(launch.work, multiprocessors);
  if (narrow) launch.work.tile_n = kNarrowTileN;
  ARGES_RETURN_IF_ERROR(describe(args.x, args.x_stride, args.w, launch.work));
  const char* what = "launch of linear";
  if (narrow) {
    return sm90::launch_tile_product<kNarrowTileN>(launch, multiprocessors, stream, what);
  }
  return sm90::launch_tile_product(launch, multiprocessors, stream, what);
}

Status expert_ffn_sm90(const ExpertFfnArgs& args, int multiprocessors, Stream stream) {
  ARGES_RETURN_IF_ERROR(gather(args, stream));
  sm90::TileLaunch<GateUpEpilogue> gate_up{{}, {static_cast<__nv_bfloat16*>(args.inner), args.ffn}};
  TileWork& work = gate_up.work;
  work.offsets = args.routing.offsets;
  work.groups = args.experts;
  work.rows = args.rows * args.top;
  work.n = 2 * args.ffn;
  work.k = args.hidden;
  ARGES_RETURN_IF_ERROR(describe(args.sorted, args.hidden, args.gate_up, work));
  ARGES_RETURN_IF_ERROR(
      sm90::launch_tile_product(gate_up, multiprocessors, stream, "launch of gate and up"));
  sm90::TileLaunch<DownEpilogue> down{work, {args.out, args.routing.order, args.routing.weights}};
  down.work.n = args.hidden;
  down.work.k = args.ffn;
  ARGES_RETURN_IF_ERROR(describe(args.inner, args.ffn, args.down, down.work));
  return sm90::launch_tile_product(down, multiprocessors, stream, "launch of down");
}

}  // namespace arges::kernels::cuda
