// SPDX-License-Identifier: Apache-2.0
#include "kernels/cuda/activation.cuh"
#include "kernels/cuda/causal_attention_launch.h"
#include "kernels/cuda/kernel_launch.h"
#include "kernels/cuda/warpgroup_sm90.cuh"

// A block takes 128 rows of one query head. Two groups of warps have 64 rows each and go through
// the keys by 128: S = Q Kᵀ, a softmax that keeps its highest score and its sum so far, O += P V,
// with P never leaving the registers. The products of the next keys are queued before those of the
// values of the last, so that the softmax runs beside them; and the groups take turns at queueing,
// so that one multiplies while the other exponentiates. A third group asks for copies.
namespace arges::kernels::cuda {

namespace {

constexpr int kGroup = 128;
constexpr int kThreads = 3 * kGroup;
constexpr int kStages = 2;
constexpr std::uint32_t kWideTile = 2 * kTileBytes;  // 128 rows of 64 columns
constexpr std::uint32_t kOperand = 2 * kWideTile;    // 128 rows of 128 columns
constexpr std::uint32_t kKeys = kOperand;            // behind the queries
constexpr std::uint32_t kValues = kKeys + kStages * kOperand;
constexpr std::uint32_t kBarriers = kValues + kStages * kOperand;
constexpr std::uint32_t kQueriesFull = kBarriers;
constexpr std::uint32_t kKeysFull = kQueriesFull + 8;
constexpr std::uint32_t kKeysFree = kKeysFull + kStages * 8;
constexpr std::uint32_t kValuesFull = kKeysFree + kStages * 8;
constexpr std::uint32_t kValuesFree = kValuesFull + kStages * 8;
constexpr std::uint32_t kNotes = kValuesFree + kStages * 8;
constexpr std::uint32_t kSharedBytes = kNotes + 2 * kGroup * 4 + 1024;
constexpr unsigned kWarpsThatRead = 8;

// What a block does.
struct Task {
  AttentionSpan span;
  int head;
  int first;  // of its rows, within the span
  int tiles;  // of keys; 0: nothing to do

  // The rows with the most keys come first: what is left for the end is short.
  __device__ explicit Task(const CausalAttentionArgs& args) {
    span = args.spans[blockIdx.z];
    head = static_cast<int>(blockIdx.x);
    first = static_cast<int>(gridDim.y - 1 - blockIdx.y) * kQueryTile;
    tiles = first < span.count ? (keys() + kKeyTile - 1) / kKeyTile : 0;
  }
  // That any of the rows may see.
  __device__ int keys() const { return span.past + min(first + kQueryTile, span.count); }
};

__device__ std::uint64_t wide_descriptor(std::uint32_t address) {
  constexpr std::uint64_t kSwizzle128 = std::uint64_t{1} << 62;
  constexpr std::uint64_t kEightRows = std::uint64_t{1024 >> 4} << 32;
  constexpr std::uint64_t kNextTile = std::uint64_t{kWideTile >> 4} << 16;
  return kSwizzle128 | kEightRows | kNextTile | ((address & 0x3ffffu) >> 4);
}

// Tile n of a stage's use: its barrier's phase.
__device__ std::uint32_t phase_of(int n) {
  return static_cast<std::uint32_t>(n / kStages) & 1u;
}

class Copier {
 public:
  __device__ Copier(const CausalWork& work, const Task& task, std::uint32_t base)
      : work_(work), task_(task), base_(base) {}

  __device__ void run() const {
    copy_queries();
    for (int tile = 0; tile < task_.tiles; ++tile) {
      copy(tile, 0, kKeys, kKeysFull, kKeysFree);
      copy(tile, 1, kValues, kValuesFull, kValuesFree);
    }
  }

 private:
  __device__ void copy_queries() const {
    const std::uint32_t full = base_ + kQueriesFull;
    sm90::barrier_expect(full, kOperand);
    for (int half = 0; half < 2; ++half) {
      for (int side = 0; side < 2; ++side) {
        sm90::copy_tile(&work_.queries, base_ + side * kWideTile + half * kTileBytes,
                        task_.head * kHeadWidth + 64 * side,
                        task_.span.begin + task_.first + 64 * half, full);
      }
    }
  }

  // Keys (0) or values (1) of a tile. Its second page may not be there: then the first comes twice,
  // and what is behind the last key is not used.
  __device__ void copy(int tile, int which, std::uint32_t buffers, std::uint32_t fulls,
                       std::uint32_t frees) const {
    const auto stage = static_cast<std::uint32_t>(tile % kStages);
    const std::uint32_t full = base_ + fulls + stage * 8;
    sm90::barrier_wait(base_ + frees + stage * 8, phase_of(tile) ^ 1u);
    sm90::barrier_expect(full, kOperand);
    const CausalAttentionArgs& args = work_.args;
    const int last_page = (task_.keys() - 1) / kPageTokens;
    const std::int32_t* table = args.page_table + task_.span.sequence * args.table_stride;
    for (int half = 0; half < 2; ++half) {
      const std::int64_t page = table[min(2 * tile + half, last_page)];
      const auto row = static_cast<int>(page * (args.page_stride / kHeadWidth) +
                                        (task_.head / kQueriesPerHead * 2 + which) * kPageTokens);
      for (int side = 0; side < 2; ++side) {
        sm90::copy_tile(&work_.pages,
                        base_ + buffers + stage * kOperand + side * kWideTile + half * kTileBytes,
                        64 * side, row, full);
      }
    }
  }

  const CausalWork& work_;
  const Task& task_;
  std::uint32_t base_;
};

// 64 rows: this thread has rows lane/4 and lane/4 + 8 of its warp's 16.
class Attender {
  using Products = sm90::Products;

 public:
  __device__ Attender(const CausalWork& work, const Task& task, std::uint32_t base, int group)
      : args_(work.args),
        task_(task),
        base_(base),
        group_(group),
        lane_(static_cast<int>(threadIdx.x) & 31),
        warp_(static_cast<int>(threadIdx.x) / 32 % 4),
        position_(task.span.past + task.first + 64 * group) {}

  __device__ void run() {
    float scores[64];
    float out[64];
    std::uint32_t weights[8][4];
    float factors[2];
    if (group_ == 1) give_turn();
    sm90::barrier_wait(base_ + kQueriesFull, 0);
    sm90::barrier_wait(keys_full(0), 0);
    take_turn();
    multiply_keys(scores, 0);
    if (!is_last_turn(0)) give_turn();
    Products::wait<0>();
    Products::settle(scores);
    leave(keys_free(0));
    soften(scores, 0, factors);
    narrow_weights(scores, weights);
    for (int tile = 1; tile < task_.tiles; ++tile) {
      sm90::barrier_wait(keys_full(tile), phase_of(tile));
      take_turn();
      multiply_keys(scores, tile);
      sm90::barrier_wait(values_full(tile - 1), phase_of(tile - 1));
      multiply_values(out, weights, tile - 1);
      if (!is_last_turn(tile)) give_turn();
      Products::wait<1>();
      Products::settle(scores);
      leave(keys_free(tile));
      soften(scores, tile, factors);
      hold_back();
      Products::wait<0>();
      Products::settle(out);
      Products::settle(weights);
      leave(values_free(tile - 1));
      shrink(out, factors);
      narrow_weights(scores, weights);
    }
    const int last = task_.tiles - 1;
    sm90::barrier_wait(values_full(last), phase_of(last));
    clear_values_behind(last);
    multiply_values(out, weights, last);
    Products::wait<0>();
    Products::settle(out);
    Products::settle(weights);
    store(out);
  }

 private:
  __device__ std::uint32_t of_stage(std::uint32_t first, int tile) const {
    return base_ + first + static_cast<std::uint32_t>(tile % kStages) * 8;
  }
  __device__ std::uint32_t keys_full(int tile) const { return of_stage(kKeysFull, tile); }
  __device__ std::uint32_t keys_free(int tile) const { return of_stage(kKeysFree, tile); }
  __device__ std::uint32_t values_full(int tile) const { return of_stage(kValuesFull, tile); }
  __device__ std::uint32_t values_free(int tile) const { return of_stage(kValuesFree, tile); }
  __device__ std::uint32_t buffer(std::uint32_t first, int tile) const {
    return base_ + first + static_cast<std::uint32_t>(tile % kStages) * kOperand;
  }

  // Barrier 2 is the first group's turn, 3 the second's: one group comes to wait, the other to let
  // it go. The last turn of the second group is followed by none.
  __device__ void take_turn() const {
    asm volatile("bar.sync %0, 256;" ::"r"(2 + group_) : "memory");
  }
  __device__ void give_turn() const {
    asm volatile("bar.arrive %0, 256;" ::"r"(3 - group_) : "memory");
  }
  __device__ bool is_last_turn(int tile) const { return group_ == 1 && tile == task_.tiles - 1; }

  // This warp does not read the buffer any more.
  __device__ void leave(std::uint32_t barrier) const {
    if (lane_ == 0) barrier_arrive(barrier);
  }

  // scores[64, 128] = Q Kᵀ
  __device__ void multiply_keys(float (&scores)[64], int tile) const {
    sm90::pin(scores);
    Products::fence();
    const std::uint64_t q = wide_descriptor(base_ + group_ * kTileBytes);
    const std::uint64_t k = wide_descriptor(buffer(kKeys, tile));
#pragma unroll
    for (int step = 0; step < 8; ++step) {
      const std::uint64_t along = ((step >> 2) * kWideTile + (step & 3) * 32u) >> 4;
      sm90::wgmma_n128<0, 0>(scores, q + along, k + along, step > 0);
    }
    Products::commit();
  }

  // out[64, 128] (+)= P V; the first time, what `out` holds does not count.
  __device__ void multiply_values(float (&out)[64], std::uint32_t (&weights)[8][4],
                                  int tile) const {
    sm90::pin(out);
    sm90::pin(weights);
    Products::fence();
    const std::uint64_t v = wide_descriptor(buffer(kValues, tile));
#pragma unroll
    for (int step = 0; step < 8; ++step) {
      sm90::wgmma_n128_from_registers<1>(out, weights[step], sm90::mn_major_step(v, step),
                                         tile > 0 || step > 0);
    }
    Products::commit();
  }

  // Weight 0 does not make a value of NaN a zero, and behind the last key anything may lie.
  __device__ void clear_values_behind(int tile) const {
    const int present = task_.keys() - tile * kKeyTile;
    if (present >= kKeyTile) return;
    const std::uint32_t values = buffer(kValues, tile);
    const auto thread = static_cast<int>(threadIdx.x) % kGroup;
    for (int piece = thread; piece < kKeyTile * 16; piece += kGroup) {
      const int row = piece / 16;
      if (row < present) continue;
      store_piece(values + (piece % 16 / 8) * kWideTile + row * kTileRowBytes + piece % 8 * 16,
                  uint4{});
    }
    sm90::publish_stores();
    group_sync(4 + group_);
  }

  // Nobody reads it. ptxas moves a wait for products up past arithmetic, and the softmax would
  // follow the products that it should run beside; past a store that needs its sums it does not.
  __device__ void hold_back() const {
    store_word(base_ + kNotes + 4 * threadIdx.x, __float_as_uint(sums_[0] + sums_[1]));
  }

  // Scores become weights relative to the highest score so far of a row; factors: what all that was
  // summed before shrinks by.
  __device__ void soften(float (&scores)[64], int tile, float (&factors)[2]) {
    constexpr float kScale = kLog2E * 0.08838834764831845f;  // 1/√128
    const int key = tile * kKeyTile + 2 * (lane_ & 3);
    if (tile * kKeyTile + kKeyTile - 1 > position_) {
#pragma unroll
      for (int i = 0; i < 64; ++i) {
        const int query = position_ + 16 * warp_ + (lane_ >> 2) + (i & 2) * 4;
        if (key + (i >> 2) * 8 + (i & 1) > query) scores[i] = -INFINITY;
      }
    }
#pragma unroll
    for (int half = 0; half < 2; ++half) {
      float highest = highest_[half];
#pragma unroll
      for (int j = 0; j < 16; ++j) {
        highest = fmaxf(highest, fmaxf(scores[4 * j + 2 * half], scores[4 * j + 2 * half + 1]));
      }
      highest = fmaxf(highest, __shfl_xor_sync(0xffffffffu, highest, 1));
      highest = fmaxf(highest, __shfl_xor_sync(0xffffffffu, highest, 2));
      factors[half] = exp2_fast((highest_[half] - highest) * kScale);
      highest_[half] = highest;
      const float base = -highest * kScale;
      float sum = 0.0f;
#pragma unroll
      for (int j = 0; j < 16; ++j) {
#pragma unroll
        for (int i = 0; i < 2; ++i) {
          float& score = scores[4 * j + 2 * half + i];
          score = exp2_fast(fmaf(score, kScale, base));
          sum += score;
        }
      }
      sums_[half] = fmaf(sums_[half], factors[half], sum);
    }
  }

  __device__ static void shrink(float (&out)[64], const float (&factors)[2]) {
#pragma unroll
    for (int i = 0; i < 64; ++i) out[i] *= factors[(i >> 1) & 1];
  }

  // An accumulator's fragments are an operand's, once narrowed.
  __device__ static void narrow_weights(const float (&scores)[64], std::uint32_t (&weights)[8][4]) {
#pragma unroll
    for (int step = 0; step < 8; ++step) {
#pragma unroll
      for (int i = 0; i < 4; ++i) {
        weights[step][i] = pack_bf16(scores[8 * step + 2 * i], scores[8 * step + 2 * i + 1]);
      }
    }
  }

  __device__ void store(const float (&out)[64]) {
    __nv_bfloat16* z = static_cast<__nv_bfloat16*>(args_.z) + task_.head * kHeadWidth;
#pragma unroll
    for (int half = 0; half < 2; ++half) {
      float sum = sums_[half];
      sum += __shfl_xor_sync(0xffffffffu, sum, 1);
      sum += __shfl_xor_sync(0xffffffffu, sum, 2);
      const float scale = 1.0f / sum;
      const int row = task_.first + 64 * group_ + 16 * warp_ + (lane_ >> 2) + 8 * half;
      if (row >= task_.span.count) continue;
      __nv_bfloat16* to = z + (task_.span.begin + row) * args_.z_stride + 2 * (lane_ & 3);
#pragma unroll
      for (int j = 0; j < 16; ++j) {
        *reinterpret_cast<std::uint32_t*>(to + 8 * j) =
            pack_bf16(out[4 * j + 2 * half] * scale, out[4 * j + 2 * half + 1] * scale);
      }
    }
  }

  const CausalAttentionArgs& args_;
  const Task& task_;
  std::uint32_t base_;
  int group_;
  int lane_;
  int warp_;
  int position_;  // of the group's first row
  float highest_[2] = {-INFINITY, -INFINITY};
  float sums_[2] = {};  // of this lane's keys
};

__device__ void init_barriers(std::uint32_t base) {
  barrier_init(base + kQueriesFull, 1);
  for (std::uint32_t stage = 0; stage < kStages; ++stage) {
    barrier_init(base + kKeysFull + stage * 8, 1);
    barrier_init(base + kValuesFull + stage * 8, 1);
    barrier_init(base + kKeysFree + stage * 8, kWarpsThatRead);
    barrier_init(base + kValuesFree + stage * 8, kWarpsThatRead);
  }
  asm volatile("fence.mbarrier_init.release.cluster;" ::: "memory");
  sm90::publish_stores();
}

__global__ void __launch_bounds__(kThreads, 1)
    causal_attention_kernel(const __grid_constant__ CausalWork work) {
  extern __shared__ char raw[];
  const std::uint32_t base = (shared_address(raw) + 1023u) & ~1023u;
  const Task task(work.args);
  if (task.tiles == 0) return;
  if (threadIdx.x == 0) init_barriers(base);
  __syncthreads();
  const int group = static_cast<int>(threadIdx.x) / kGroup;
  if (group == 2) {
    asm volatile("setmaxnreg.dec.sync.aligned.u32 24;");
    if (threadIdx.x % kGroup == 0) Copier(work, task, base).run();
  } else {
    asm volatile("setmaxnreg.inc.sync.aligned.u32 240;");
    Attender(work, task, base, group).run();
  }
}

}  // namespace

Status launch_causal_attention_sm90(const CausalWork& work, Stream stream) {
  ARGES_RETURN_IF_ERROR(to_status(
      cudaFuncSetAttribute(causal_attention_kernel, cudaFuncAttributeMaxDynamicSharedMemorySize,
                           static_cast<int>(kSharedBytes)),
      "shared memory of causal attention"));
  LaunchShape shape;
  shape.blocks = dim3(static_cast<unsigned>(work.args.kv_heads * kQueriesPerHead),
                      static_cast<unsigned>((work.args.max_rows + kQueryTile - 1) / kQueryTile),
                      static_cast<unsigned>(work.args.span_count));
  shape.threads = kThreads;
  shape.shared_bytes = kSharedBytes;
  return launch_kernel(causal_attention_kernel, shape, work, stream, "launch of causal attention");
}

}  // namespace arges::kernels::cuda
