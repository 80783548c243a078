// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/cuda/activation.cuh"
#include "kernels/cuda/lightning_lockstep.cuh"
#include "kernels/cuda/lightning_places.cuh"
#include "kernels/cuda/shared_memory.cuh"

namespace arges::kernels::cuda {

// From o to z and Σo²; one of its threads asks for the copies, where the architecture has this
// group.
template <class Arch, PrefillPass kPass, SiluForm kSilu>
class OutputGroup : private PrefillPlaces<Arch, kPass> {
  using Places = PrefillPlaces<Arch, kPass>;
  using Places::channel_column;
  using Places::full;
  using Places::gate_full;
  using Places::gate_read;
  using Places::gate_tile;
  using Places::kGated;
  using Places::kStages;
  using Places::kStatesOnly;
  using Places::load_four;
  using Places::memory_;
  using Places::out_offset;
  using Places::out_read;
  using Places::out_written;
  using Places::row_of;
  using Places::stage;
  using Places::thread_;
  using Places::vacated;
  using Places::work_;
  using typename Places::Chunks;
  using typename Places::Memory;

  static constexpr int kGateThread = 32;  // of another warp than the one that copies the rest

 public:
  using Places::Places;

  __device__ void run() const {
    if (thread_ == 0) ahead() = Chunks(work_);
    for (std::uint32_t n = 0; n < kStages; ++n) copy_next(n);
    wait_for_kernel_before();
    Lockstep lockstep(work_, thread_ == 0);
    std::uint32_t n = 0;
    Chunks at(work_);
    if (kGated && thread_ == kGateThread && !at.done(work_)) copy_gate(at, 0);
    for (; !at.done(work_); at.next_chunk(work_), ++n) {
      const int tokens = min(kChunk, at.item.tokens - at.chunk);
      copy_next_gate(at, n);
      Arch::barrier_wait(out_written(), n & 1u);
      lockstep.wait_for_others(n);
      copy_next(n + kStages);
      __syncwarp();
      uint4 gate[4];  // not used: it lies in its tile
      if (tokens == kChunk) {
        finish_rows<true>(at, n, tokens, gate);
      } else {
        finish_rows<false>(at, n, tokens, gate);
      }
    }
    lockstep.leave();
  }

  __device__ void run_copies() const {
    std::uint32_t n = 0;
    for (Chunks at(work_); !at.done(work_); at.next_chunk(work_), ++n) copy(at, n);
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

  // From o in shared memory to z and Σo²: 8 channels of rows thread/8 + 16 i. All of o is read
  // first, so that the state group need not wait with the next.
  template <bool kWhole>
  __device__ void finish_rows(const Chunks& at, std::uint32_t n, int tokens,
                              uint4 (&gate)[4]) const {
    const LightningLayer& layer = work_.layer;
    const float* tile = reinterpret_cast<const float*>(memory_ + Memory::kOut);
    const std::uint32_t channel = 8 * (thread_ & 7);
    const std::int64_t column = channel_column(at.item);
    const std::int64_t first = at.item.first_row + at.chunk;
    __nv_bfloat16* z = static_cast<__nv_bfloat16*>(layer.z) + first * layer.z_stride + column;
    float o[4][8];
#pragma unroll
    for (int i = 0; i < 4; ++i) {
      load_four(tile + out_offset(row_of(i), channel), o[i]);
      load_four(tile + out_offset(row_of(i), channel + 4), o[i] + 4);
    }
    if constexpr (Arch::kOutputGroup) barrier_arrive(out_read());
    if (layer.square_sums != nullptr) write_square_sums<kWhole>(at, first, tokens, o);
    float norm[8];
    if constexpr (kGated) {
      load_four(layer.norm + column, norm);
      load_four(layer.norm + column + 4, norm + 4);
      if constexpr (Arch::kOutputGroup) Arch::barrier_wait(gate_full(n), n / kGateTiles & 1u);
    }
#pragma unroll
    for (int i = 0; i < 4; ++i) {
      const auto token = static_cast<int>(row_of(i));
      if constexpr (kGated) {
        if constexpr (Arch::kOutputGroup) {
          gate[i] = load_piece(piece_address(gate_tile(n), row_of(i), thread_ & 7));
          if (i == 3) barrier_arrive(gate_read(n));
        }
        apply_gate(gate[i], norm, o[i]);
      }
      if (kWhole || token < tokens) {
        *reinterpret_cast<uint4*>(z + token * layer.z_stride) = narrow(o[i]);
      }
    }
  }

 private:
  __device__ void copy(const Chunks& at, std::uint32_t n) const {
    Arch::barrier_wait(vacated(n), (n / kStages & 1u) ^ 1u);
    Arch::template load_chunk<kStatesOnly>(work_, at.item, at.chunk, stage(n), full(n), 0);
  }

  // Which chunk is copied next is one thread's affair: it lies in shared memory, so that it takes
  // nobody's registers.
  __device__ Chunks& ahead() const {
    return *reinterpret_cast<Chunks*>(memory_ + Memory::kAhead);
  }

  __device__ void copy_next(std::uint32_t n) const {
    if (thread_ != 0) return;
    Chunks ahead = this->ahead();
    if (ahead.done(work_)) return;
    copy(ahead, n);
    if constexpr (kGated) Arch::expect_gate_soon(work_, ahead.item, ahead.chunk);
    ahead.next_chunk(work_);
    this->ahead() = ahead;
  }

  // The gate's tiles come one chunk ahead of what is finished; they are in the L2 cache already.
  __device__ void copy_gate(const Chunks& at, std::uint32_t n) const {
    Arch::barrier_wait(gate_read(n), (n / kGateTiles & 1u) ^ 1u);
    Arch::load_gate(work_, at.item, at.chunk, gate_tile(n), gate_full(n));
  }
  __device__ void copy_next_gate(const Chunks& at, std::uint32_t n) const {
    if (!kGated || thread_ != kGateThread) return;
    Chunks next = at;
    next.next_chunk(work_);
    if (!next.done(work_)) copy_gate(next, n + 1);
  }

  // Eight threads hold a row's 64 channels, and four rows: at each exchange a thread gives away
  // half of the rows it still has, so that 4 exchanges sum what 12 would.
  template <bool kWhole>
  __device__ void write_square_sums(const Chunks& at, std::int64_t first, int tokens,
                                    const float (&o)[4][8]) const {
    float sums[4];
#pragma unroll
    for (int i = 0; i < 4; ++i) {
      sums[i] = 0.0f;
#pragma unroll
      for (int c = 0; c < 8; ++c) sums[i] = fmaf(o[i][c], o[i][c], sums[i]);
    }
    const bool upper = (thread_ & 1) != 0;  // keeps rows 2 and 3
    const bool odd = (thread_ & 2) != 0;    // of two, keeps the second
    const float a = keep_and_add(upper, sums[0], sums[2], 1);
    const float b = keep_and_add(upper, sums[1], sums[3], 1);
    float sum = keep_and_add(odd, a, b, 2);
    sum += __shfl_xor_sync(0xffffffffu, sum, 4);
    const auto token = static_cast<int>(row_of(2 * (thread_ & 1) + ((thread_ >> 1) & 1)));
    if ((thread_ & 4) == 0 && (kWhole || token < tokens)) {
      const int part = at.item.head * kSquareParts + at.item.half;
      work_.layer.square_sums[part * work_.layer.row_count + first + token] = sum;
    }
  }

  __device__ static float keep_and_add(bool second, float x, float y, int distance) {
    const float given = second ? x : y;
    return (second ? y : x) + __shfl_xor_sync(0xffffffffu, given, distance);
  }

  __device__ static void apply_gate(const uint4& piece, const float (&norm)[8], float (&o)[8]) {
    float open[8];
    sigmoid_piece<kSilu>(piece, open);
#pragma unroll
    for (int c = 0; c < 8; ++c) o[c] *= open[c] * norm[c];
  }
};

}  // namespace arges::kernels::cuda
