// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/cuda/lightning_work.h"
#include "kernels/cuda/shared_memory.cuh"

// How the prefill's block is cut into groups of warps, and its shared memory into buffers.
namespace arges::kernels::cuda {

inline constexpr int kGroupThreads = 128;
inline constexpr int kGateTiles = 2;
inline constexpr int kScoreGroups = 2;

// Shared memory of a block, in bytes from its 1024-aligned begin: stages of copied tiles, buffers
// of what score groups make of them, tiles of the gate.
template <int kStages, int kGates>
struct PrefillMemory {
  static constexpr std::uint32_t kQ = 0;               // [64, 128]: two tiles
  static constexpr std::uint32_t kK = 2 * kTileBytes;  // [64, 128]: two tiles
  static constexpr std::uint32_t kV = 4 * kTileBytes;  // [64, 64]
  static constexpr std::uint32_t kStageBytes = 5 * kTileBytes;
  static constexpr std::uint32_t kScores = kStages * kStageBytes;
  static constexpr std::uint32_t kDecayedV = kScores + kScoreGroups * kTileBytes;
  static constexpr std::uint32_t kGate = kDecayedV + kScoreGroups * kTileBytes;
  static constexpr std::uint32_t kOut = kGate + kGates * kTileBytes;
  static constexpr std::uint32_t kOutStride = kHalfWidth + 4;  // floats; no bank is hit twice
  static constexpr std::uint32_t kReadDecay = kOut + kChunk * kOutStride * 4;
  static constexpr std::uint32_t kFarDecay = kReadDecay + kChunk * 4;  // 8 for a score group
  static constexpr std::uint32_t kFull = kFarDecay + kScoreGroups * 8 * 4;
  static constexpr std::uint32_t kReady = kFull + kStages * 8;
  static constexpr std::uint32_t kFree = kReady + kScoreGroups * 8;
  static constexpr std::uint32_t kVacated = kFree + kScoreGroups * 8;
  static constexpr std::uint32_t kGateFull = kVacated + kStages * 8;
  static constexpr std::uint32_t kGateRead = kGateFull + kGates * 8;
  static constexpr std::uint32_t kOutWritten = kGateRead + kGates * 8;
  static constexpr std::uint32_t kOutRead = kOutWritten + 8;
  static constexpr std::uint32_t kAhead = kOutRead + 8;  // the copying thread's place
  static constexpr std::uint32_t kBytes = kAhead + 64 + 1024;
};

}  // namespace arges::kernels::cuda
