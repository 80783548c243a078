// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/cuda/activation.cuh"
#include "kernels/cuda/lightning_places.cuh"
#include "kernels/cuda/shared_memory.cuh"

namespace arges::kernels::cuda {

// SiLU of q, k and v, and the decayed scores of a chunk.
template <class Arch, PrefillPass kPass, SiluForm kSilu>
class ScoreGroup : private PrefillPlaces<Arch, kPass> {
  using Places = PrefillPlaces<Arch, kPass>;
  using Products = typename Arch::Products;
  using Places::decayed_v;
  using Places::free_again;
  using Places::full;
  using Places::kStages;
  using Places::kStatesOnly;
  using Places::ready;
  using Places::row_of;
  using Places::scores;
  using Places::stage;
  using Places::thread_;
  using Places::work_;
  using typename Places::Chunks;
  using typename Places::Memory;

 public:
  using Places::Places;

  // Chunk n belongs to group n mod 2.
  __device__ void run(int group) {
    std::uint32_t n = 0;
    if constexpr (!kStatesOnly) clear_scores(static_cast<std::uint32_t>(group));
    for (Chunks at(work_); !at.done(work_); at.next_item(work_)) {
      const float slope = work_.layer.slopes[at.item.head];
      float decay[32];
      if constexpr (!kStatesOnly) score_decays(slope, decay);
      for (; at.chunk < at.item.tokens; at.chunk += kChunk, ++n) {
        if (n % kScoreGroups != group) continue;
        const int tokens = min(kChunk, at.item.tokens - at.chunk);
        Arch::barrier_wait(full(n), n / kStages & 1u);
        if (tokens == kChunk) {
          prepare<true>(n, tokens, slope, decay);
        } else {
          prepare<false>(n, tokens, slope, decay);
        }
        Arch::publish_stores();
        barrier_arrive(ready(n));
      }
    }
  }

 private:
  // What lies above the diagonal's tiles is never written again. A warp's rows are its own.
  __device__ void clear_scores(std::uint32_t n) const {
    const std::uint32_t rows = scores(n) + (thread_ >> 5) * 16 * kTileRowBytes;
#pragma unroll
    for (int i = 0; i < 4; ++i) store_piece(rows + (thread_ & 31) * 16 + i * 512, uint4{});
    __syncwarp();
  }

  // decay[4j + …] belongs to rows g, g + 8 of the warp's 16 and keys 8j + 2t, + 1; 0 above the
  // diagonal.
  __device__ void score_decays(float slope, float (&decay)[32]) const {
    const int lane = thread_ & 31;
    const int query = 16 * (thread_ >> 5) + (lane >> 2);
    const int key = 2 * (lane & 3);
#pragma unroll
    for (int i = 0; i < 32; ++i) {
      const int distance = query + (i & 2) * 4 - (key + (i >> 2) * 8 + (i & 1));
      decay[i] = distance < 0 ? 0.0f : expf(-slope * static_cast<float>(distance));
    }
  }

  // SiLU of q, k and v where they lie, v' beside them, and the scores; v's while the tensor cores
  // multiply q and k. In a chunk that is not
  // whole, keys and values behind the span become zeros: they are another sequence's, or anything.
  template <bool kWhole>
  __device__ void prepare(std::uint32_t n, int tokens, float slope,
                          const float (&decay)[32]) const {
    const std::uint32_t tiles = stage(n);
    activate_keys<kWhole>(tiles + Memory::kK, tokens);
    activate_keys<kWhole>(tiles + Memory::kK + kTileBytes, tokens);
    if constexpr (kStatesOnly) {
      wait_for_buffers(n);
      activate_values<kWhole>(tiles + Memory::kV, decayed_v(n), tokens, slope);
    } else {
      std::uint32_t queries[8][4];
      float sums[32];
      activate_queries(tiles + Memory::kQ, queries);
      Arch::publish_stores();
      group_sync(2 + static_cast<int>(n % kScoreGroups));
      Products::multiply_transposed(sums, queries, tiles + Memory::kK);
      wait_for_buffers(n);
      activate_values<kWhole>(tiles + Memory::kV, decayed_v(n), tokens, slope);
      Products::template wait<0>();
      Products::settle(sums);
      Products::settle(queries);
      write_scores(n, sums, decay);
    }
  }

  // Until here a score group works in the stage alone, while the state group may still read what
  // the score group made of its last chunk. The first use of a buffer passes: its barrier's phase
  // before the first counts as over.
  __device__ void wait_for_buffers(std::uint32_t n) const {
    Arch::barrier_wait(free_again(n), (n / kScoreGroups & 1u) ^ 1u);
  }

  // Queries pass through the registers as operand fragments of the scores. Rows behind the span
  // come to nothing but rows that are not stored.
  __device__ void activate_queries(std::uint32_t tiles, std::uint32_t (&queries)[8][4]) const {
    const std::uint32_t lane = thread_ & 31;
    const std::uint32_t row = 16 * (thread_ >> 5) + (lane & 15);
#pragma unroll
    for (std::uint32_t step = 0; step < 8; ++step) {
      load_matrices(queries[step], piece_address(tiles, row, 2 * step + (lane >> 4)));
    }
    __syncwarp();  // a lane's words are loaded by others
#pragma unroll
    for (std::uint32_t step = 0; step < 8; ++step) {
#pragma unroll
      for (int i = 0; i < 4; ++i) {
        float low;
        float high;
        silu_pair<kSilu>(queries[step][i], low, high);
        queries[step][i] = pack_bf16(low, high);
      }
      Arch::store_matrices(tiles, row, 2 * step + (lane >> 4), queries[step]);
    }
  }

  // A thread's pieces of a tile: rows thread/8 + 16 i.
  __device__ std::uint32_t address_in(std::uint32_t tile, int i) const {
    return tile + thread_ * 16 + i * 16 * kTileRowBytes;
  }

  // SiLU of a piece, or zeros behind the span.
  template <bool kWhole>
  __device__ static void silu_eight(const uint4& piece, bool present, float (&x)[8]) {
    silu_piece<kSilu>(piece, x);
    if constexpr (!kWhole) {
#pragma unroll
      for (int i = 0; i < 8; ++i) x[i] = present ? x[i] : 0.0f;
    }
  }

  template <bool kWhole>
  __device__ void activate_keys(std::uint32_t tile, int tokens) const {
    uint4 pieces[4];
#pragma unroll
    for (int i = 0; i < 4; ++i) pieces[i] = load_piece(address_in(tile, i));
#pragma unroll
    for (int i = 0; i < 4; ++i) {
      float x[8];
      silu_eight<kWhole>(pieces[i], row_of(i) < tokens, x);
      store_piece(address_in(tile, i), narrow(x));
    }
  }

  template <bool kWhole>
  __device__ void activate_values(std::uint32_t tile, std::uint32_t decayed, int tokens,
                                  float slope) const {
    uint4 pieces[4];
#pragma unroll
    for (int i = 0; i < 4; ++i) pieces[i] = load_piece(address_in(tile, i));
#pragma unroll
    for (int i = 0; i < 4; ++i) {
      const int after = tokens - 1 - static_cast<int>(row_of(i));
      const float decay = exp2_fast(-kLog2E * slope * static_cast<float>(max(after, 0)));
      float x[8];
      silu_eight<kWhole>(pieces[i], after >= 0, x);
      if constexpr (!kStatesOnly) store_piece(address_in(tile, i), narrow(x));
#pragma unroll
      for (int c = 0; c < 8; ++c) x[c] *= decay;
      store_piece(address_in(decayed, i), narrow(x));
    }
  }

  __device__ void write_scores(std::uint32_t n, const float (&sums)[32],
                               const float (&decay)[32]) const {
    switch (thread_ >> 5) {
      case 0:
        return write_scores_of<0>(n, sums, decay);
      case 1:
        return write_scores_of<1>(n, sums, decay);
      case 2:
        return write_scores_of<2>(n, sums, decay);
      default:
        return write_scores_of<3>(n, sums, decay);
    }
  }

  // Queries 16 kWarp …: keys 8 j … are all before them, around them or (not written) behind them.
  template <int kWarp>
  __device__ void write_scores_of(std::uint32_t n, const float (&sums)[32],
                                  const float (&decay)[32]) const {
    const std::uint32_t lane = thread_ & 31;
    const std::uint32_t query = 16 * kWarp + (lane >> 2);
#pragma unroll
    for (int j = 0; j < 2 * kWarp + 2; ++j) {
#pragma unroll
      for (int low = 0; low < 2; ++low) {
        const int i = 4 * j + 2 * low;
        const bool before = j < 2 * kWarp;
        store_word(piece_address(scores(n), query + 8 * low, j) + 4 * (lane & 3),
                   pack_bf16(decayed(before, sums[i], decay[i]),
                             decayed(before, sums[i + 1], decay[i + 1])));
      }
    }
  }

  // A later token is left out, not multiplied by zero: it may not be a number.
  __device__ static float decayed(bool before, float score, float decay) {
    return !before && decay == 0.0f ? 0.0f : score * decay;
  }
};

}  // namespace arges::kernels::cuda
