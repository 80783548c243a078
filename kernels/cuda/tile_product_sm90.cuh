// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/cuda/kernel_launch.h"
#include "kernels/cuda/tile_list.cuh"
#include "kernels/cuda/warpgroup_sm90.cuh"
#include "kernels/cuda/wgmma_n256_sm90.cuh"

// Products of many rows on Hopper: sums[m, i] = Σ_j w[i, j] x[m, j], for one matrix or for groups
// of rows that each have their own (experts). A block has one tile of 128 rows and kN outputs (256
// or 128) after another; one thread copies x and w in steps of 64 of k, four stages ahead, and two
// warpgroups multiply 64 rows each. A tile's sums go over k in one order, whatever its
// width, so a row's bits depend on the row and the matrix alone. `Epilogue` takes the sums where
// they are, in registers:
//   epilogue.store(sums, work, tile, first row of the warp's 16)
namespace arges::kernels::cuda::sm90 {

inline constexpr int kTileStages = 4;
inline constexpr int kTileStep = 64;
inline constexpr int kTileThreads = 3 * 128;
inline constexpr int kTileWarps = 8;  // that multiply
inline constexpr std::uint32_t kXBytes = kTileM * kTileStep * 2;

template <class Epilogue>
struct TileLaunch {
  TileWork work;
  Epilogue epilogue;
  bool early = false;
};

// Shared memory of a block, in bytes from its 1024-aligned begin.
template <int kN>
struct TileMemory {
  static constexpr std::uint32_t kStageBytes = kXBytes + kN * kTileStep * 2;
  static constexpr std::uint32_t kFull = kTileStages * kStageBytes;
  static constexpr std::uint32_t kEmpty = kFull + kTileStages * 8;
  static constexpr std::uint32_t kBytes = kEmpty + kTileStages * 8 + 1024;
};

template <int kN>
class TileBlock {
  using Memory = TileMemory<kN>;

 public:
  __device__ TileBlock(const TileWork& work, const TileList& list, std::uint32_t base)
      : work_(work), list_(list), base_(base), steps_((work.k + kTileStep - 1) / kTileStep) {}

  __device__ void init_barriers() const {
    for (int i = 0; i < kTileStages; ++i) {
      barrier_init(full(i), 1);
      barrier_init(empty(i), kTileWarps);
    }
    asm volatile("fence.mbarrier_init.release.cluster;" ::: "memory");
    publish_stores();
  }

  // One thread.
  __device__ void copy_all() const {
    std::uint32_t n = 0;
    for (int index = first(); index < list_.tiles(work_); index += step()) {
      const Tile tile = list_.tile(work_, index);
      for (int k = 0; k < steps_; ++k, ++n) {
        barrier_wait(empty(n), (n / kTileStages & 1u) ^ 1u);
        barrier_expect(full(n), Memory::kStageBytes);
        copy_tile(&work_.x, stage(n), k * kTileStep, tile.row, full(n));
        copy_tile(&work_.w, stage(n) + kXBytes, k * kTileStep, tile.group * work_.n + tile.output,
                  full(n));
      }
    }
  }

  // A warpgroup, 64 rows of each tile.
  template <class Epilogue>
  __device__ void multiply_all(int half, const Epilogue& epilogue) const {
    const int warp = static_cast<int>(threadIdx.x) / 32 % 4;
    const bool speaks = threadIdx.x % 32 == 0;
    std::uint32_t n = 0;
    for (int index = first(); index < list_.tiles(work_); index += step()) {
      float sums[kN / 2];
      for (int k = 0; k < steps_; ++k, ++n) {
        barrier_wait(full(n), n / kTileStages & 1u);
        multiply(sums, stage(n), half, k > 0);
        // The products before these are done, and with them their stage.
        Products::wait<1>();
        if (k > 0 && speaks) barrier_arrive(empty(n - 1));
      }
      Products::wait<0>();
      pin(sums);
      if (speaks) barrier_arrive(empty(n - 1));
      const Tile tile = list_.tile(work_, index);
      epilogue.store(sums, work_, tile, tile.row + 64 * half + 16 * warp);
    }
  }

 private:
  __device__ static int first() { return static_cast<int>(blockIdx.x); }
  __device__ static int step() { return static_cast<int>(gridDim.x); }

  __device__ static void multiply(float (&sums)[kN / 2], std::uint32_t stage, int half, int add) {
    Products::fence();
    const std::uint64_t x = descriptor(stage + half * kXBytes / 2);
    const std::uint64_t w = descriptor(stage + kXBytes);
#pragma unroll
    for (int i = 0; i < kTileStep / 16; ++i) {
      const int adds = i > 0 ? 1 : add;
      if constexpr (kN == kTileN) {
        wgmma_n256(sums, k_major_step(x, i), k_major_step(w, i), adds);
      } else {
        wgmma_n128<0, 0>(sums, k_major_step(x, i), k_major_step(w, i), adds);
      }
    }
    Products::commit();
  }

  __device__ std::uint32_t stage(std::uint32_t n) const {
    return base_ + n % kTileStages * Memory::kStageBytes;
  }
  __device__ std::uint32_t full(std::uint32_t n) const {
    return base_ + Memory::kFull + n % kTileStages * 8;
  }
  __device__ std::uint32_t empty(std::uint32_t n) const {
    return base_ + Memory::kEmpty + n % kTileStages * 8;
  }

  const TileWork& work_;
  const TileList& list_;
  std::uint32_t base_;
  int steps_;
};

template <class Epilogue, int kN>
__global__ void __launch_bounds__(kTileThreads, 1)
    tile_product_kernel(const __grid_constant__ TileLaunch<Epilogue> launch) {
  extern __shared__ char raw[];
  __shared__ TileList list;
  const std::uint32_t base = (shared_address(raw) + 1023u) & ~1023u;
  const TileBlock<kN> block(launch.work, list, base);
  let_next_kernel_start();
  if (threadIdx.x == 0) block.init_barriers();
  wait_for_kernel_before();
  list.make(launch.work);
  const int group = static_cast<int>(threadIdx.x) / 128;
  // 168 registers a thread to begin with; the copying thread needs few.
  if (group == 0) {
    asm volatile("setmaxnreg.dec.sync.aligned.u32 40;");
    if (threadIdx.x == 0) block.copy_all();
  } else {
    asm volatile("setmaxnreg.inc.sync.aligned.u32 232;");
    block.multiply_all(group - 1, launch.epilogue);
  }
}

// launch.work.tile_n is kN.
template <int kN = kTileN, class Epilogue>
Status launch_tile_product(const TileLaunch<Epilogue>& launch, int blocks, Stream stream,
                           const char* what) {
  const auto kernel = tile_product_kernel<Epilogue, kN>;
  ARGES_RETURN_IF_ERROR(
      to_status(cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize,
                                     TileMemory<kN>::kBytes),
                what));
  LaunchShape shape;
  shape.blocks = static_cast<unsigned>(blocks);
  shape.threads = kTileThreads;
  shape.shared_bytes = TileMemory<kN>::kBytes;
  shape.early = launch.early;
  return launch_kernel(kernel, shape, launch, stream, what);
}

}  // namespace arges::kernels::cuda::sm90
