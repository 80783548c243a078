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
  using Places::memory_;
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

  // Chunk n belongs to group n mod kScoreGroups.
  __device__ void run(int group) {
    std::uint32_t n = 0;
    if (!kStatesOnly) clear_scores(static_cast<std::uint32_t>(group));
    for (Chunks at(work_); !at.done(work_); at.next_item(work_)) {
      const float slope = work_.layer.slopes[at.item.head];
      Decays decays;
      set_decays(slope, group, decays);
      for (; at.chunk < at.item.tokens; at.chunk += kChunk, ++n) {
        if (n % kScoreGroups != group) continue;
        const int tokens = min(kChunk, at.item.tokens - at.chunk);
        Arch::barrier_wait(full(n), n / kStages & 1u);
        if (tokens == kChunk) {
          prepare<true>(n, tokens, slope, decays, group);
        } else {
          prepare<false>(n, tokens, slope, decays, group);
        }
        Arch::publish_stores();
        barrier_arrive(ready(n));
      }
    }
  }

 private:
  // A thread's part of a tile: 8 columns of rows thread/8 + 16 i.
  struct Pieces {
    uint4 of[4];
  };

  // The decays of a head, in few registers. A score's is e^(−s(i−j)); its query i and key j lie in
  // 8 rows and 8 columns of the scores, and `gap` is how many eights the key's come before the
  // query's: e^(−s(i−j)) = near · far, both of distances that are not negative.
  struct Decays {
    float last_value;  // of this thread's last row of v, in a whole chunk; of a row 16 before it:
    float value_step;  // once more times this
    float near[2];  // e^(−s(7 + a)), a the distance within eights of a lane's two keys, −7 … 7
    float around[2];  // e^(−s·a), gap 0: the diagonal; 0 above it
  };

  __device__ static float decay_over(float slope, int tokens) {
    return expf(-slope * static_cast<float>(tokens));
  }

  __device__ void set_decays(float slope, int group, Decays& decays) const {
    decays.last_value = decay_over(slope, kChunk - 1 - static_cast<int>(row_of(3)));
    decays.value_step = decay_over(slope, 16);
    if constexpr (!kStatesOnly) {
      const int lane = thread_ & 31;
#pragma unroll
      for (int i = 0; i < 2; ++i) {
        const int distance = (lane >> 2) - (2 * (lane & 3) + i);
        decays.near[i] = decay_over(slope, 7 + distance);
        decays.around[i] = distance < 0 ? 0.0f : decay_over(slope, distance);
      }
      // e^(−s(8 gap − 7)) for all the group, when it has left the item before; it waits for one
      // another once more before the first scores.
      group_sync(2 + group);
      if (thread_ < 8) far_decays(group)[thread_] = decay_over(slope, max(8 * thread_ - 7, 0));
    }
  }
  __device__ float* far_decays(int group) const {
    return reinterpret_cast<float*>(memory_ + Memory::kFarDecay) + 8 * group;
  }

  // What lies above the diagonal is never written again. A warp's rows are its own.
  __device__ void clear_scores(std::uint32_t n) const {
    const std::uint32_t rows = scores(n) + (thread_ >> 5) * 16 * kTileRowBytes;
#pragma unroll
    for (int i = 0; i < 4; ++i) store_piece(rows + (thread_ & 31) * 16 + i * 512, uint4{});
    __syncwarp();
  }

  // SiLU of q, k and v where they lie, v' beside them, and the scores. A tile is asked for while
  // the one before is worked on, and v is worked on while the tensor cores multiply q and k, both
  // from shared memory: fragments of q and a decay for each score took 64 registers, and the rest
  // was spilt just where the chain of a chunk is longest. In a chunk that is not whole, keys and
  // values behind the span become zeros: they are another sequence's, or anything. Queries there
  // come to nothing but rows that are not stored.
  template <bool kWhole>
  __device__ void prepare(std::uint32_t n, int tokens, float slope, const Decays& decays,
                          int group) const {
    if constexpr (kWhole && kSilu == SiluForm::kDone) {
      prepare_as_it_came(n, slope, decays, group);
      return;
    }
    const std::uint32_t q = stage(n) + Memory::kQ;
    const std::uint32_t k = stage(n) + Memory::kK;
    const std::uint32_t v = stage(n) + Memory::kV;
    Pieces one = load_tile(k);
    Pieces other = load_tile(k + kTileBytes);
    activate<kWhole>(k, one, tokens);
    if constexpr (kStatesOnly) {
      one = load_tile(v);
      activate<kWhole>(k + kTileBytes, other, tokens);
      wait_for_buffers(n);
      activate_values<kWhole>(v, decayed_v(n), one, tokens, slope, decays);
    } else {
      one = load_tile(q);
      activate<kWhole>(k + kTileBytes, other, tokens);
      other = load_tile(q + kTileBytes);
      activate<true>(q, one, tokens);
      one = load_tile(v);
      activate<true>(q + kTileBytes, other, tokens);
      Arch::publish_stores();
      group_sync(2 + group);
      float sums[32];
      Products::multiply_transposed(sums, q, k);
      wait_for_buffers(n);
      activate_values<kWhole>(v, decayed_v(n), one, tokens, slope, decays);
      Products::template wait<0>();
      Products::settle(sums);
      write_scores(n, sums, decays, group);
    }
  }

  // A whole chunk whose rows are activated: its tiles are operands as the copy engine wrote them.
  __device__ void prepare_as_it_came(std::uint32_t n, float slope, const Decays& decays,
                                     int group) const {
    const std::uint32_t v = stage(n) + Memory::kV;
    const Pieces values = load_tile(v);
    if constexpr (kStatesOnly) {
      wait_for_buffers(n);
      activate_values<true>(v, decayed_v(n), values, kChunk, slope, decays);
    } else {
      group_sync(2 + group);  // the decays of far keys are written
      float sums[32];
      Products::multiply_transposed(sums, stage(n) + Memory::kQ, stage(n) + Memory::kK);
      wait_for_buffers(n);
      activate_values<true>(v, decayed_v(n), values, kChunk, slope, decays);
      Products::template wait<0>();
      Products::settle(sums);
      write_scores(n, sums, decays, group);
    }
  }

  // Until here a score group works in the stage alone, while the state group may still read what
  // was made of an earlier chunk. The first use of a buffer passes: its barrier's phase before the
  // first counts as over.
  __device__ void wait_for_buffers(std::uint32_t n) const {
    Arch::barrier_wait(free_again(n), (n / kScoreGroups & 1u) ^ 1u);
  }

  __device__ std::uint32_t address_in(std::uint32_t tile, int i) const {
    return tile + thread_ * 16 + i * 16 * kTileRowBytes;
  }

  __device__ Pieces load_tile(std::uint32_t tile) const {
    Pieces pieces;
#pragma unroll
    for (int i = 0; i < 4; ++i) pieces.of[i] = load_piece(address_in(tile, i));
    return pieces;
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
  __device__ void activate(std::uint32_t tile, const Pieces& pieces, int tokens) const {
#pragma unroll
    for (int i = 0; i < 4; ++i) {
      float x[8];
      silu_eight<kWhole>(pieces.of[i], row_of(i) < tokens, x);
      store_piece(address_in(tile, i), narrow(x));
    }
  }

  template <bool kWhole>
  __device__ void activate_values(std::uint32_t tile, std::uint32_t decayed, const Pieces& pieces,
                                  int tokens, float slope, const Decays& decays) const {
    float decay = decays.last_value;
#pragma unroll
    for (int i = 3; i >= 0; --i) {
      const int after = tokens - 1 - static_cast<int>(row_of(i));
      if constexpr (!kWhole) decay = decay_over(slope, max(after, 0));
      float x[8];
      silu_eight<kWhole>(pieces.of[i], after >= 0, x);
      if constexpr (!kStatesOnly && !(kWhole && kSilu == SiluForm::kDone)) {
        store_piece(address_in(tile, i), narrow(x));
      }
#pragma unroll
      for (int c = 0; c < 8; ++c) x[c] *= decay;
      store_piece(address_in(decayed, i), narrow(x));
      if constexpr (kWhole) decay *= decays.value_step;
    }
  }

  // A warp's 16 queries: pairs of eights of keys are all before them, around them, or (neither
  // computed nor written) behind them.
  __device__ void write_scores(std::uint32_t n, const float (&sums)[32], const Decays& decays,
                               int group) const {
    const int warp = thread_ >> 5;
    const float* far = far_decays(group) + 2 * warp;
    const std::uint32_t lane = thread_ & 31;
    const std::uint32_t first =
        piece_address(scores(n), 16 * warp + (lane >> 2), 0) + 4 * (lane & 3);
#pragma unroll
    for (int pair = 0; pair < 4; ++pair) {
      const int j = 2 * pair;
      if (pair < warp) {
#pragma unroll
        for (int i = 0; i < 4; ++i) write_before(first, sums, decays, far, j + i / 2, i % 2);
      } else if (pair == warp) {
        write_around(first, sums, decays, j, 0);
        write_before(first, sums, decays, far, j, 1);
        write_around(first, sums, decays, j + 1, 1);
      }
    }
  }

  // Keys 8 j + 2 (lane mod 4) + {0, 1} and query 16 warp + 8 low + lane / 4; `first` is where those
  // of j and low 0 lie. The others' places follow by one operation each, so that nobody keeps them.
  __device__ static void write_before(std::uint32_t first, const float (&sums)[32],
                                      const Decays& decays, const float* far_decays, int j,
                                      int low) {
    const int i = 4 * j + 2 * low;
    const float far = far_decays[low - j];  // gap 2 warp + low − j
    write_pair(first, j, low, sums[i] * (decays.near[0] * far),
               sums[i + 1] * (decays.near[1] * far));
  }
  // A later token is left out, not multiplied by zero: it may not be a number.
  __device__ static void write_around(std::uint32_t first, const float (&sums)[32],
                                      const Decays& decays, int j, int low) {
    const int i = 4 * j + 2 * low;
    const float* decay = decays.around;
    write_pair(first, j, low, decay[0] == 0.0f ? 0.0f : sums[i] * decay[0],
               decay[1] == 0.0f ? 0.0f : sums[i + 1] * decay[1]);
  }
  __device__ static void write_pair(std::uint32_t first, int j, int low, float x, float y) {
    store_word((first ^ static_cast<std::uint32_t>(j << 4)) + 8 * low * kTileRowBytes,
               pack_bf16(x, y));
  }
};

}  // namespace arges::kernels::cuda
