// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/cuda/lightning_cursor.cuh"
#include "kernels/cuda/lightning_launch.h"
#include "kernels/cuda/lightning_memory.cuh"

namespace arges::kernels::cuda {

// What a thread of any of a block's groups knows: the work, its number within the group, and where
// in shared memory the tiles and the barriers of chunk n are.
template <class Arch, PrefillPass kPass>
class PrefillPlaces {
 public:
  static constexpr bool kStatesOnly = kPass == PrefillPass::kStates;
  static constexpr bool kGated = kPass == PrefillPass::kGated;
  static constexpr int kStages = Arch::kStages;
  static constexpr int kGates = kGated && Arch::kOutputGroup ? kGateTiles : 0;
  using Memory = PrefillMemory<kStages, kGates>;
  using Chunks = Cursor<kStatesOnly>;

  __device__ PrefillPlaces(const PrefillWork& work, std::uint32_t base, char* memory)
      : work_(work), base_(base), memory_(memory), thread_(threadIdx.x % kGroupThreads) {}

  __device__ void init_barriers() {
    for (int i = 0; i < kStages; ++i) {
      barrier_init(full(i), Arch::kFullArrivals);
      barrier_init(vacated(i), 1);
    }
    for (int i = 0; i < kGates; ++i) {
      barrier_init(gate_full(i), 1);
      barrier_init(gate_read(i), kGroupThreads);
    }
    barrier_init(out_written(), kGroupThreads);
    barrier_init(out_read(), kGroupThreads);
    for (int i = 0; i < kScoreGroups; ++i) {
      barrier_init(ready(i), kGroupThreads);
      barrier_init(free_again(i), 1);
    }
    Arch::publish_barriers();
  }

 protected:
  __device__ std::uint32_t stage(std::uint32_t n) const {
    return base_ + n % kStages * Memory::kStageBytes;
  }
  __device__ std::uint32_t full(std::uint32_t n) const {
    return base_ + Memory::kFull + n % kStages * 8;
  }
  __device__ std::uint32_t ready(std::uint32_t n) const {
    return base_ + Memory::kReady + n % kScoreGroups * 8;
  }
  __device__ std::uint32_t free_again(std::uint32_t n) const {
    return base_ + Memory::kFree + n % kScoreGroups * 8;
  }
  __device__ std::uint32_t vacated(std::uint32_t n) const {
    return base_ + Memory::kVacated + n % kStages * 8;
  }
  __device__ std::uint32_t gate_tile(std::uint32_t n) const {
    return base_ + Memory::kGate + n % kGateTiles * kTileBytes;
  }
  __device__ std::uint32_t gate_full(std::uint32_t n) const {
    return base_ + Memory::kGateFull + n % kGateTiles * 8;
  }
  __device__ std::uint32_t gate_read(std::uint32_t n) const {
    return base_ + Memory::kGateRead + n % kGateTiles * 8;
  }
  __device__ std::uint32_t out_written() const { return base_ + Memory::kOutWritten; }
  __device__ std::uint32_t out_read() const { return base_ + Memory::kOutRead; }
  __device__ std::uint32_t scores(std::uint32_t n) const {
    return base_ + Memory::kScores + n % kScoreGroups * kTileBytes;
  }
  __device__ std::uint32_t decayed_v(std::uint32_t n) const {
    return base_ + Memory::kDecayedV + n % kScoreGroups * kTileBytes;
  }

  // A thread's pieces of a tile: rows thread/8 + 16 i.
  __device__ std::uint32_t row_of(int i) const { return (thread_ >> 3) + 16 * i; }

  // The channels of z that this thread finishes in its rows thread/8 + 16 i.
  __device__ std::int64_t channel_column(const WorkItem& item) const {
    return item.head * kHeadWidth + item.half * kHalfWidth + 8 * (thread_ & 7);
  }

  // Where channel c of a token's o lies: the second half of the channels has its groups of four
  // swapped pairwise, so that eight threads with eight channels each read from all banks.
  __device__ static std::uint32_t out_offset(std::uint32_t token, std::uint32_t channel) {
    return token * Memory::kOutStride + (channel ^ (channel >> 5 << 2));
  }

  __device__ static void load_four(const float* from, float* x) {
    const float4 four = *reinterpret_cast<const float4*>(from);
    x[0] = four.x, x[1] = four.y, x[2] = four.z, x[3] = four.w;
  }

  const PrefillWork& work_;
  std::uint32_t base_;
  char* memory_;
  int thread_;  // within the group
};

}  // namespace arges::kernels::cuda
