// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/cuda/activation.cuh"
#include "kernels/cuda/kernel_launch.h"
#include "kernels/cuda/lightning_cursor.cuh"
#include "kernels/cuda/lightning_launch.h"
#include "kernels/cuda/lightning_memory.cuh"
#include "kernels/cuda/shared_memory.cuh"

// Lightning attention over spans, 64 tokens at a time. A block owns 64 value channels of a head and
// keeps their state Sᵀ [64, 128] in the registers of one warpgroup. For a chunk of m tokens:
//   scores[i, j] = e^(−s(i−j)) q_i·k_j for j <= i                               (score groups)
//   oᵀ = (Sᵀ qᵀ) · e^(−s(i+1)) + vᵀ scoresᵀ ;  Sᵀ ← e^(−s·m) Sᵀ + v'ᵀ k          (state group)
// with v'_j = e^(−s(m−1−j)) v_j. Decays are only ever taken of differences of positions.
//
//   copies ─full→ score group (c mod 2): SiLU in place, v', scores ─ready→ state group ─o→ output
//
// The state group is the chain that all chunks pass one behind another, so it does nothing else: an
// output group narrows o, sums its squares and asks for copies (where warps have registers of their
// own to take; elsewhere the state group does that as well).
// `Arch` supplies the products and the copies of an architecture (warpgroup_sm80, warpgroup_sm90).
namespace arges::kernels::cuda {

template <class Arch, PrefillPass kPass, SiluForm kSilu>
class PrefillBlock {
  static constexpr bool kStatesOnly = kPass == PrefillPass::kStates;
  static constexpr bool kGated = kPass == PrefillPass::kGated;
  static constexpr int kStages = Arch::kStages;
  using Memory = PrefillMemory<kStages>;
  using Products = typename Arch::Products;
  using Chunks = Cursor<kStatesOnly>;

 public:
  __device__ PrefillBlock(const PrefillWork& work, std::uint32_t base, char* memory)
      : work_(work), base_(base), memory_(memory), thread_(threadIdx.x % kGroupThreads) {}

  __device__ void run() {
    let_next_kernel_start();
    if (threadIdx.x == 0) init_barriers();
    Arch::sync_blocks();
    const int group = static_cast<int>(threadIdx.x) / kGroupThreads;
    if (group == 0) {
      Arch::take_state_registers();
      run_state_group();
    } else if (group <= kScoreGroups) {
      Arch::take_score_registers();
      run_score_group(group - 1);
    } else {
      Arch::give_registers();
      if constexpr (kStatesOnly) {
        if (thread_ == 0) run_copies();
      } else {
        run_output_group();
      }
    }
    Arch::leave();
  }

 private:
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
  __device__ std::uint32_t out_written() const { return base_ + Memory::kOutWritten; }
  __device__ std::uint32_t out_read() const { return base_ + Memory::kOutRead; }
  __device__ std::uint32_t scores(std::uint32_t n) const {
    return base_ + Memory::kScores + n % kScoreGroups * kTileBytes;
  }
  __device__ std::uint32_t decayed_v(std::uint32_t n) const {
    return base_ + Memory::kDecayedV + n % kScoreGroups * kTileBytes;
  }

  __device__ void init_barriers() {
    for (int i = 0; i < kStages; ++i) {
      barrier_init(full(i), Arch::kFullArrivals);
      barrier_init(vacated(i), Arch::kBlocksTogether);
    }
    barrier_init(out_written(), kGroupThreads);
    barrier_init(out_read(), kGroupThreads);
    for (int i = 0; i < kScoreGroups; ++i) {
      barrier_init(ready(i), kGroupThreads);
      barrier_init(free_again(i), 1);
    }
    Arch::publish_barriers();
  }

  // ---- output group, where the architecture has it: the copies, and from o to z and Σo² ----

  __device__ void copy(const Chunks& at, std::uint32_t n) const {
    Arch::barrier_wait(vacated(n), (n / kStages & 1u) ^ 1u);
    Arch::template load_chunk<kStatesOnly>(work_, at.item, at.chunk, stage(n), full(n), 0);
  }

  __device__ void run_copies() const {
    std::uint32_t n = 0;
    for (Chunks at(work_); !at.done(work_); at.next_chunk(work_), ++n) copy(at, n);
  }

  __device__ void copy_next(Chunks& ahead, std::uint32_t n) const {
    if (thread_ != 0 || ahead.done(work_)) return;
    copy(ahead, n);
    ahead.next_chunk(work_);
  }

  __device__ void run_output_group() const {
    Chunks ahead(work_);
    for (std::uint32_t n = 0; n < kStages; ++n) copy_next(ahead, n);
    wait_for_kernel_before();
    std::uint32_t n = 0;
    for (Chunks at(work_); !at.done(work_); at.next_chunk(work_), ++n) {
      const int tokens = min(kChunk, at.item.tokens - at.chunk);
      uint4 gate[4];
      if constexpr (kGated) load_gate(at, tokens, gate);
      Arch::barrier_wait(out_written(), n & 1u);
      copy_next(ahead, n + kStages);
      __syncwarp();
      if (tokens == kChunk) {
        finish_rows<true>(at, tokens, gate);
      } else {
        finish_rows<false>(at, tokens, gate);
      }
    }
  }

  // ---- score groups: chunk n belongs to group n mod 2 ----

  __device__ void run_score_group(int group) {
    std::uint32_t n = 0;
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
  __device__ std::uint32_t row_of(int i) const {
    return (thread_ >> 3) + 16 * i;
  }
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
    const std::uint32_t lane = thread_ & 31;
    const std::uint32_t query = 16 * (thread_ >> 5) + (lane >> 2);
#pragma unroll
    for (std::uint32_t j = 0; j < 8; ++j) {
#pragma unroll
      for (std::uint32_t low = 0; low < 2; ++low) {
        const int i = 4 * j + 2 * low;
        store_word(piece_address(scores(n), query + 8 * low, j) + 4 * (lane & 3),
                   pack_bf16(decayed(sums[i], decay[i]), decayed(sums[i + 1], decay[i + 1])));
      }
    }
  }

  // A later token is left out, not multiplied by zero: it may not be a number.
  __device__ static float decayed(float score, float decay) {
    return decay == 0.0f ? 0.0f : score * decay;
  }

  // ---- state group ----

  __device__ void run_state_group() {
    Chunks ahead(work_);
    for (std::uint32_t n = 0; n < kStages; ++n) load_next(ahead, n);
    // States come from the kernel before; rows, spans and slopes were there before that.
    wait_for_kernel_before();
    std::uint32_t n = 0;
    for (Chunks at(work_); !at.done(work_); at.next_item(work_)) {
      const float slope = work_.layer.slopes[at.item.head];
      write_read_decays(slope);
      float state[64];
      read_state_in(at.item, state);
      for (; at.chunk < at.item.tokens; at.chunk += kChunk, ++n) {
        const int tokens = min(kChunk, at.item.tokens - at.chunk);
        work_on(at, n, tokens, decay_over(slope, tokens), state, ahead);
      }
      write_state_out(at.item, state);
    }
  }

  __device__ static float decay_over(float slope, int tokens) {
    return expf(-slope * static_cast<float>(tokens));
  }

  __device__ void load_next(Chunks& ahead, std::uint32_t n) {
    if constexpr (!Arch::kOutputGroup) {
      if (ahead.done(work_)) return;
      Arch::template load_chunk<kStatesOnly>(work_, ahead.item, ahead.chunk, stage(n), full(n),
                                             thread_);
      ahead.next_chunk(work_);
    }
  }

  // e^(−s(i+1)) of token i; all threads of the group have left the last chunk of the item before.
  __device__ void write_read_decays(float slope) const {
    if constexpr (!kStatesOnly) {
      group_sync(1);
      float* table = reinterpret_cast<float*>(memory_ + Memory::kReadDecay);
      if (thread_ < kChunk) table[thread_] = decay_over(slope, thread_ + 1);
      group_sync(1);
    }
  }

  __device__ void work_on(const Chunks& at, std::uint32_t n, int tokens, float decay,
                          float (&state)[64], Chunks& ahead) {
    uint4 gate[4];
    if constexpr (kGated && !Arch::kOutputGroup) load_gate(at, tokens, gate);
    Arch::barrier_wait(ready(n), n / kScoreGroups & 1u);
    if constexpr (kStatesOnly) {
      scale(state, decay);
      Products::add_to_state(state, decayed_v(n), stage(n) + Memory::kK);
      Products::template wait<0>();
      Products::settle(state);
      release(n, ahead);
    } else {
      float out[32];
      advance(n, decay, state, out);
      release(n, ahead);
      if constexpr (Arch::kOutputGroup) {
        Arch::barrier_wait(out_read(), (n & 1u) ^ 1u);
        write_out_tile(out);
        barrier_arrive(out_written());
      } else {
        write_out_tile(out);
        group_sync(1);
        if (tokens == kChunk) {
          finish_rows<true>(at, tokens, gate);
        } else {
          finish_rows<false>(at, tokens, gate);
        }
      }
    }
  }

  // The channels of z that this thread finishes in its rows thread/8 + 16 i.
  __device__ std::int64_t channel_column(const WorkItem& item) const {
    return item.head * kHeadWidth + item.half * kHalfWidth + 8 * (thread_ & 7);
  }

  // Asked for before the chunk's products, so that it has come when they are done.
  __device__ void load_gate(const Chunks& at, int tokens, uint4 (&gate)[4]) const {
    const LightningLayer& layer = work_.layer;
    const __nv_bfloat16* rows =
        static_cast<const __nv_bfloat16*>(layer.rows) + layer.gate_column + channel_column(at.item);
    const std::int64_t first = at.item.first_row + at.chunk;
#pragma unroll
    for (int i = 0; i < 4; ++i) {
      const int token = static_cast<int>(row_of(i));
      gate[i] = uint4{};
      if (token < tokens) {
        gate[i] = __ldcs(reinterpret_cast<const uint4*>(rows + (first + token) * layer.row_stride));
      }
    }
  }

  __device__ static void scale(float (&state)[64], float decay) {
#pragma unroll
    for (int i = 0; i < 64; ++i) state[i] *= decay;
  }

  // Both results of a chunk: outᵀ and the next state. The products that do not depend on one
  // another overlap.
  __device__ void advance(std::uint32_t n, float decay, float (&state)[64],
                          float (&out)[32]) const {
    const std::uint32_t tiles = stage(n);
    std::uint32_t operand[8][4];
    as_operand(state, operand);
    Products::multiply_transposed(out, operand, tiles + Memory::kQ);
    scale(state, decay);
    Products::add_to_state(state, decayed_v(n), tiles + Memory::kK);
    Products::template wait<1>();
    Products::settle(out);
    Products::settle(operand);
    scale_by_position(out);
    Products::add_values(out, tiles + Memory::kV, scores(n));
    Products::template wait<0>();
    Products::settle(out);
    Products::settle(state);
  }

  // An accumulator's fragments are an operand's, once narrowed.
  __device__ static void as_operand(const float (&state)[64], std::uint32_t (&operand)[8][4]) {
#pragma unroll
    for (int step = 0; step < 8; ++step) {
#pragma unroll
      for (int i = 0; i < 4; ++i) {
        operand[step][i] = pack_bf16(state[8 * step + 2 * i], state[8 * step + 2 * i + 1]);
      }
    }
  }

  __device__ void scale_by_position(float (&out)[32]) const {
    const float* table = reinterpret_cast<const float*>(memory_ + Memory::kReadDecay);
#pragma unroll
    for (int j = 0; j < 8; ++j) {
      const float2 decay = *reinterpret_cast<const float2*>(table + 8 * j + 2 * (thread_ & 3));
      out[4 * j] *= decay.x;
      out[4 * j + 1] *= decay.y;
      out[4 * j + 2] *= decay.x;
      out[4 * j + 3] *= decay.y;
    }
  }

  // Where channel c of a token's o lies: the second half of the channels has its groups of four
  // swapped pairwise, so that eight threads with eight channels each read from all banks.
  __device__ static std::uint32_t out_offset(std::uint32_t token, std::uint32_t channel) {
    return token * Memory::kOutStride + (channel ^ (channel >> 5 << 2));
  }

  // oᵀ fragments to o [token, channel]; the chunk before has been read.
  __device__ void write_out_tile(const float (&out)[32]) const {
    float* tile = reinterpret_cast<float*>(memory_ + Memory::kOut);
    const std::uint32_t lane = thread_ & 31;
    const std::uint32_t channel = 16 * (thread_ >> 5) + (lane >> 2);
#pragma unroll
    for (std::uint32_t i = 0; i < 32; ++i) {
      const std::uint32_t token = (i >> 2) * 8 + 2 * (lane & 3) + (i & 1);
      tile[out_offset(token, channel + (i & 2) * 4)] = out[i];
    }
  }

  // The whole group is done with the stage and the buffers of chunk n.
  __device__ void release(std::uint32_t n, Chunks& ahead) {
    group_sync(1);
    if (thread_ == 0) {
      barrier_arrive(free_again(n));
      Arch::arrive_vacated(vacated(n));
    }
    load_next(ahead, n + kStages);
  }

  // From o in shared memory to z and Σo²: 8 channels of rows thread/8 + 16 i.
  template <bool kWhole>
  __device__ void finish_rows(const Chunks& at, int tokens, const uint4 (&gate)[4]) const {
    const LightningLayer& layer = work_.layer;
    const float* tile = reinterpret_cast<const float*>(memory_ + Memory::kOut);
    const std::uint32_t channel = 8 * (thread_ & 7);
    const std::int64_t column = channel_column(at.item);
    const std::int64_t first = at.item.first_row + at.chunk;
    __nv_bfloat16* z = static_cast<__nv_bfloat16*>(layer.z) + first * layer.z_stride + column;
#pragma unroll
    for (int pair = 0; pair < 4; pair += 2) {
      float o[2][8];
#pragma unroll
      for (int i = 0; i < 2; ++i) {
        load_four(tile + out_offset(row_of(pair + i), channel), o[i]);
        load_four(tile + out_offset(row_of(pair + i), channel + 4), o[i] + 4);
      }
      if (Arch::kOutputGroup && pair == 2) barrier_arrive(out_read());
#pragma unroll
      for (int i = 0; i < 2; ++i) {
        const auto token = static_cast<int>(row_of(pair + i));
        const bool present = kWhole || token < tokens;
        if (layer.square_sums != nullptr) write_square_sum(at, first + token, present, o[i]);
        if constexpr (kGated) apply_gate(gate[pair + i], column, o[i]);
        if (present) *reinterpret_cast<uint4*>(z + token * layer.z_stride) = narrow(o[i]);
      }
    }
  }

  __device__ static void load_four(const float* from, float* x) {
    const float4 four = *reinterpret_cast<const float4*>(from);
    x[0] = four.x, x[1] = four.y, x[2] = four.z, x[3] = four.w;
  }

  __device__ void write_square_sum(const Chunks& at, std::int64_t row, bool present,
                                   const float (&o)[8]) const {
    float sum = 0.0f;
#pragma unroll
    for (int c = 0; c < 8; ++c) sum = fmaf(o[c], o[c], sum);
#pragma unroll
    for (int step = 1; step < 8; step *= 2) sum += __shfl_xor_sync(0xffffffffu, sum, step);
    const int part = at.item.head * kSquareParts + at.item.half;
    if (present && (thread_ & 7) == 0) {
      work_.layer.square_sums[part * work_.layer.row_count + row] = sum;
    }
  }

  __device__ void apply_gate(const uint4& piece, std::int64_t column, float (&o)[8]) const {
    float gate[8];
    float norm[8];
    sigmoid_piece(piece, gate);
    load_four(work_.layer.norm + column, norm);
    load_four(work_.layer.norm + column + 4, norm + 4);
#pragma unroll
    for (int c = 0; c < 8; ++c) o[c] *= gate[c] * norm[c];
  }

  // ---- the state between items ----

  // This thread's element i of Sᵀ in a state [D of k, D of v].
  __device__ std::int64_t state_offset(const WorkItem& item, int i) const {
    const int lane = thread_ & 31;
    const int value = 16 * (thread_ >> 5) + (lane >> 2) + (i & 2) * 4;
    const int key = (i >> 2) * 8 + 2 * (lane & 3) + (i & 1);
    return key * kHeadWidth + item.half * kHalfWidth + value;
  }
  __device__ float* pool_state(const WorkItem& item) const {
    return work_.layer.states + item.slot * work_.layer.slot_stride +
           static_cast<std::int64_t>(item.head) * kStateSize;
  }
  __device__ float* segment_state(const WorkItem& item) const {
    return work_.segment_states +
           (static_cast<std::int64_t>(item.entry) * work_.layer.heads + item.head) * kStateSize;
  }

  __device__ void read_state_in(const WorkItem& item, float (&state)[64]) const {
    const bool segmented = work_.max_segments > 1;
    const bool zero = kStatesOnly || (!segmented && item.fresh);
    const float* from = segmented ? segment_state(item) : pool_state(item);
#pragma unroll
    for (int i = 0; i < 64; ++i) state[i] = zero ? 0.0f : from[state_offset(item, i)];
  }

  __device__ void write_state_out(const WorkItem& item, const float (&state)[64]) const {
    if (!kStatesOnly && !item.last) return;
    float* to = kStatesOnly ? segment_state(item) : pool_state(item);
#pragma unroll
    for (int i = 0; i < 64; ++i) to[state_offset(item, i)] = state[i];
  }

  const PrefillWork& work_;
  std::uint32_t base_;
  char* memory_;
  int thread_;  // within the group
};

template <class Arch, PrefillPass kPass, SiluForm kSilu>
__global__ void __launch_bounds__(Arch::kThreads, 1)
    lightning_prefill_kernel(const __grid_constant__ PrefillWork work) {
  extern __shared__ char raw[];
  const std::uint32_t unaligned = shared_address(raw);
  const std::uint32_t base = (unaligned + 1023u) & ~1023u;
  PrefillBlock<Arch, kPass, kSilu>(work, base, raw + (base - unaligned)).run();
}

template <class Arch, PrefillPass kPass, SiluForm kSilu>
Status launch_prefill_kernel(const PrefillLaunch& launch, Stream stream) {
  const auto kernel = lightning_prefill_kernel<Arch, kPass, kSilu>;
  constexpr int kBytes = PrefillMemory<Arch::kStages>::kBytes;
  ARGES_RETURN_IF_ERROR(
      to_status(cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize, kBytes),
                "shared memory of lightning prefill"));
  LaunchShape shape;
  shape.blocks = static_cast<unsigned>(launch.blocks - launch.blocks % Arch::kBlocksTogether);
  shape.threads = Arch::kThreads;
  shape.shared_bytes = kBytes;
  shape.blocks_together = Arch::kBlocksTogether;
  shape.early = launch.early;
  return launch_kernel(kernel, shape, launch.work, stream, "launch of lightning prefill");
}

}  // namespace arges::kernels::cuda
