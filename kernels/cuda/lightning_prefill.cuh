// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/cuda/kernel_launch.h"
#include "kernels/cuda/lightning_output.cuh"
#include "kernels/cuda/lightning_scores.cuh"

// Lightning attention over spans, 64 tokens at a time. A block owns 64 value channels of a head and
// keeps their state Sᵀ [64, 128] in the registers of one warpgroup. For a chunk of m tokens:
//   scores[i, j] = e^(−s(i−j)) q_i·k_j for j <= i                               (score groups)
//   oᵀ = (Sᵀ qᵀ) · e^(−s(i+1)) + vᵀ scoresᵀ ;  Sᵀ ← e^(−s·m) Sᵀ + v'ᵀ k          (state group)
// with v'_j = e^(−s(m−1−j)) v_j. Decays are only ever taken of differences of positions.
//
//   copies ─full→ score group (c mod 2): SiLU in place, v', scores ─ready→ state group ─o→
//   output
//
// The state group is the chain that all chunks pass one behind another, so it does nothing else: an
// output group narrows o, sums its squares and asks for copies (where warps have registers of their
// own to take; elsewhere the state group does that as well).
// `Arch` supplies the products and the copies of an architecture (warpgroup_sm80, warpgroup_sm90).
namespace arges::kernels::cuda {

// The chain that all chunks pass.
template <class Arch, PrefillPass kPass, SiluForm kSilu>
class StateGroup : private PrefillPlaces<Arch, kPass> {
  using Places = PrefillPlaces<Arch, kPass>;
  using Products = typename Arch::Products;
  using Places::decayed_v;
  using Places::free_again;
  using Places::full;
  using Places::kGated;
  using Places::kStages;
  using Places::kStatesOnly;
  using Places::memory_;
  using Places::out_offset;
  using Places::out_read;
  using Places::out_written;
  using Places::ready;
  using Places::scores;
  using Places::stage;
  using Places::thread_;
  using Places::vacated;
  using Places::work_;
  using typename Places::Chunks;
  using typename Places::Memory;

 public:
  __device__ StateGroup(const PrefillWork& work, std::uint32_t base, char* memory)
      : Places(work, base, memory), output_(work, base, memory) {}

  __device__ void run() {
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

 private:
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
    if constexpr (kGated && !Arch::kOutputGroup) output_.load_gate(at, tokens, gate);
    Arch::barrier_wait(ready(n), n / kScoreGroups & 1u);
    // Tiles that nobody has rewritten: what the copy engine wrote is seen by whom waits for it.
    if constexpr (kSilu == SiluForm::kDone) Arch::barrier_wait(full(n), n / kStages & 1u);
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
          output_.template finish_rows<true>(at, n, tokens, gate);
        } else {
          output_.template finish_rows<false>(at, n, tokens, gate);
        }
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
      if constexpr (Arch::kOutputGroup) barrier_arrive(vacated(n));  // else this group copies
    }
    load_next(ahead, n + kStages);
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

  OutputGroup<Arch, kPass, kSilu> output_;
};

template <class Arch, PrefillPass kPass, SiluForm kSilu>
__device__ void run_prefill_block(const PrefillWork& work, std::uint32_t base, char* memory) {
  let_next_kernel_start();
  if (threadIdx.x == 0) PrefillPlaces<Arch, kPass>(work, base, memory).init_barriers();
  __syncthreads();
  const int group = static_cast<int>(threadIdx.x) / kGroupThreads;
  if (group == 0) {
    Arch::take_state_registers();
    StateGroup<Arch, kPass, kSilu>(work, base, memory).run();
  } else if (group <= kScoreGroups) {
    Arch::take_score_registers();
    ScoreGroup<Arch, kPass, kSilu>(work, base, memory).run(group - 1);
  } else if constexpr (Arch::kOutputGroup) {
    Arch::give_registers();
    OutputGroup<Arch, kPass, kSilu> output(work, base, memory);
    if constexpr (kPass == PrefillPass::kStates) {
      if (threadIdx.x % kGroupThreads == 0) output.run_copies();
    } else {
      output.run();
    }
  }
}

template <class Arch, PrefillPass kPass, SiluForm kSilu>
__global__ void __launch_bounds__(Arch::kThreads, 1)
    lightning_prefill_kernel(const __grid_constant__ PrefillWork work) {
  extern __shared__ char raw[];
  const std::uint32_t unaligned = shared_address(raw);
  const std::uint32_t base = (unaligned + 1023u) & ~1023u;
  run_prefill_block<Arch, kPass, kSilu>(work, base, raw + (base - unaligned));
}

template <class Arch, PrefillPass kPass, SiluForm kSilu>
Status launch_prefill_kernel(const PrefillLaunch& launch, Stream stream) {
  const auto kernel = lightning_prefill_kernel<Arch, kPass, kSilu>;
  constexpr int kBytes = PrefillPlaces<Arch, kPass>::Memory::kBytes;
  ARGES_RETURN_IF_ERROR(
      to_status(cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize, kBytes),
                "shared memory of lightning prefill"));
  static_assert(kBytes <= Arch::kMostSharedBytes);
  LaunchShape shape;
  shape.blocks = static_cast<unsigned>(launch.blocks);
  shape.threads = Arch::kThreads;
  shape.shared_bytes = kBytes;
  shape.early = launch.early;
  return launch_kernel(kernel, shape, launch.work, stream, "launch of lightning prefill");
}

}  // namespace arges::kernels::cuda
