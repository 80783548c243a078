// SPDX-License-Identifier: Apache-2.0
#include "kernels/cuda/activation.cuh"
#include "kernels/cuda/bidirectional_attention_launch.h"
#include "kernels/cuda/kernel_launch.h"
#include "kernels/cuda/tensor_map.h"
#include "kernels/cuda/warpgroup_sm90.cuh"

// A block has a head of a tile, whose keys and values lie in shared memory as a whole, so that they
// are read once and no buffer is waited for twice. Three groups of warps take 64 queries at a time:
// with heads of 64 channels exponentials take as long as products, and while one group does the
// former the others do the latter.
namespace arges::kernels::cuda {

namespace {

using sm90::Products;

constexpr int kGroup = 128;
constexpr int kGroups = 3;
constexpr int kThreads = kGroups * kGroup;
constexpr int kQueries = 64;  // of a group at once
constexpr int kKeys = 128;    // at once
constexpr int kMostChunks = kMostWholeTokens / kKeys;
constexpr int kBuffers = 2;  // of a group's queries
constexpr std::uint32_t kChunkBytes = kKeys / 64 * kTileBytes;

// Shared memory of a block, in bytes from its 1024-aligned begin.
constexpr std::uint32_t kValuesBegin = kMostChunks * kChunkBytes;
constexpr std::uint32_t kQueriesBegin = 2 * kMostChunks * kChunkBytes;
constexpr std::uint32_t kKeysFull = kQueriesBegin + kGroups * kBuffers * kTileBytes;
constexpr std::uint32_t kValuesFull = kKeysFull + kMostChunks * 8;
constexpr std::uint32_t kQueriesFull = kValuesFull + kMostChunks * 8;
constexpr std::uint32_t kSharedBytes = kQueriesFull + kGroups * kBuffers * 8 + 1024;

struct AttentionWork {
  TensorMap rows;  // [tiles, tokens, columns], boxes of 64 tokens
  BidirectionalAttentionArgs args;
};

// What a block works on, and where in its memory.
struct Place {
  const AttentionWork& work;
  std::uint32_t base;
  int head = static_cast<int>(blockIdx.x);
  int tile = static_cast<int>(blockIdx.y);

  __device__ int chunks() const { return (work.args.tokens + kKeys - 1) / kKeys; }
  __device__ std::uint32_t keys(int chunk) const { return base + chunk * kChunkBytes; }
  __device__ std::uint32_t values(int chunk) const { return keys(chunk) + kValuesBegin; }
  __device__ std::uint32_t queries(int group, int turn) const {
    return base + kQueriesBegin + buffer(group, turn) * kTileBytes;
  }
  __device__ std::uint32_t keys_full(int chunk) const { return base + kKeysFull + chunk * 8; }
  __device__ std::uint32_t values_full(int chunk) const { return base + kValuesFull + chunk * 8; }
  __device__ std::uint32_t queries_full(int group, int turn) const {
    return base + kQueriesFull + buffer(group, turn) * 8;
  }
  // Of a group's turn.
  __device__ static int first_query(int group, int turn) {
    return (turn * kGroups + group) * kQueries;
  }

  // 64 tokens of the part that begins at `column`; zeros behind the last of the tile.
  __device__ void copy(std::int64_t column, int token, std::uint32_t to,
                       std::uint32_t barrier) const {
    sm90::copy_tile(&work.rows, to, static_cast<int>(column) + head * kVisionHeadWidth, token, tile,
                    barrier);
  }
  // Where the turn has none, nothing.
  __device__ void copy_queries(int group, int turn) const {
    const int first = first_query(group, turn);
    if (first >= work.args.tokens) return;
    const std::uint32_t full = queries_full(group, turn);
    sm90::barrier_expect(full, kTileBytes);
    copy(work.args.q_column, first, queries(group, turn), full);
  }
  __device__ void copy_chunk(std::int64_t column, int chunk, std::uint32_t to,
                             std::uint32_t barrier) const {
    sm90::barrier_expect(barrier, kChunkBytes);
    for (int half = 0; half < kKeys / 64; ++half) {
      copy(column, chunk * kKeys + 64 * half, to + half * kTileBytes, barrier);
    }
  }
  // One thread: all that the block will need, but for the queries of later turns.
  __device__ void copy_all() const {
    for (int group = 0; group < kGroups; ++group) copy_queries(group, 0);
    for (int chunk = 0; chunk < chunks(); ++chunk) {
      copy_chunk(work.args.k_column, chunk, keys(chunk), keys_full(chunk));
      copy_chunk(work.args.v_column, chunk, values(chunk), values_full(chunk));
    }
    for (int turn = 1; turn < kBuffers; ++turn) {
      for (int group = 0; group < kGroups; ++group) copy_queries(group, turn);
    }
  }

 private:
  __device__ static int buffer(int group, int turn) { return group * kBuffers + turn % kBuffers; }
};

// 64 queries after another of a group: this thread has rows lane/4 and lane/4 + 8 of its warp's 16.
class Attender {
 public:
  __device__ Attender(const Place& place, int group)
      : place_(place),
        group_(group),
        lane_(static_cast<int>(threadIdx.x) & 31),
        warp_(static_cast<int>(threadIdx.x) / 32 % 4),
        tokens_(place.work.args.tokens),
        scale_(place.work.args.scale * kLog2E) {}

  __device__ void run() const {
    for (int turn = 0; Place::first_query(group_, turn) < tokens_; ++turn) {
      sm90::barrier_wait(place_.queries_full(group_, turn), turn / kBuffers & 1);
      attend(turn);
      group_sync(1 + group_);  // all have read the buffer that is written next
      if (threadIdx.x % kGroup == 0) place_.copy_queries(group_, turn + kBuffers);
    }
  }

 private:
  __device__ void attend(int turn) const {
    float scores[64];
    float out[32];
    std::uint32_t weights[8][4];
    float largest[2] = {-INFINITY, -INFINITY};
    float sums[2] = {};
    const int chunks = place_.chunks();
    multiply_keys(scores, turn, 0);
    Products::wait<0>();
    Products::settle(scores);
    for (int chunk = 0; chunk < chunks; ++chunk) {
      float factors[2];
      if ((chunk + 1) * kKeys > tokens_) {
        weigh<false>(scores, tokens_ - chunk * kKeys, largest, sums, factors);
      } else {
        weigh<true>(scores, kKeys, largest, sums, factors);
      }
      if (chunk > 0) {
#pragma unroll
        for (int i = 0; i < 32; ++i) out[i] *= factors[(i >> 1) & 1];
      }
      narrow_weights(scores, weights);
      multiply_values(out, weights, chunk);
      // Behind the values' products, so that the softmax waits once.
      if (chunk + 1 < chunks) multiply_keys(scores, turn, chunk + 1);
      Products::wait<0>();
      Products::settle(scores);
      Products::settle(out);
      Products::settle(weights);
    }
    store(out, sums, Place::first_query(group_, turn));
  }

  // scores[64, 128] = Q Kᵀ
  __device__ void multiply_keys(float (&scores)[64], int turn, int chunk) const {
    sm90::barrier_wait(place_.keys_full(chunk), 0);
    sm90::pin(scores);
    Products::fence();
    const std::uint64_t queries = sm90::descriptor(place_.queries(group_, turn));
    const std::uint64_t keys = sm90::descriptor(place_.keys(chunk));
#pragma unroll
    for (int step = 0; step < 4; ++step) {
      sm90::wgmma_n128<0, 0>(scores, sm90::k_major_step(queries, step),
                             sm90::k_major_step(keys, step), step > 0);
    }
    Products::commit();
  }

  // out[64, 64] (+)= P V; the first time, what `out` holds does not count.
  __device__ void multiply_values(float (&out)[32], std::uint32_t (&weights)[8][4],
                                  int chunk) const {
    sm90::barrier_wait(place_.values_full(chunk), 0);
    sm90::pin(out);
    sm90::pin(weights);
    Products::fence();
    const std::uint64_t values = sm90::descriptor(place_.values(chunk));
#pragma unroll
    for (int step = 0; step < 8; ++step) {
      sm90::wgmma_n64_from_registers<1>(out, weights[step], sm90::mn_major_step(values, step),
                                        chunk > 0 || step > 0);
    }
    Products::commit();
  }

  // Scores become e^(scale · (score − the row's largest so far)), those of keys from `present` on
  // 0; factors: what all that was summed before shrinks by.
  template <bool kWhole>
  __device__ void weigh(float (&scores)[64], int present, float (&largest)[2], float (&sums)[2],
                        float (&factors)[2]) const {
    if constexpr (!kWhole) {
#pragma unroll
      for (int i = 0; i < 64; ++i) {
        if (8 * (i >> 2) + 2 * (lane_ & 3) + (i & 1) >= present) scores[i] = -INFINITY;
      }
    }
#pragma unroll
    for (int half = 0; half < 2; ++half) {
      float most = largest[half];
#pragma unroll
      for (int j = 0; j < 16; ++j) {
        most = fmaxf(most, fmaxf(scores[4 * j + 2 * half], scores[4 * j + 2 * half + 1]));
      }
      most = fmaxf(most, __shfl_xor_sync(0xffffffffu, most, 1));
      most = fmaxf(most, __shfl_xor_sync(0xffffffffu, most, 2));
      factors[half] = exp2_fast((largest[half] - most) * scale_);
      largest[half] = most;
      const float base = -most * scale_;
      float sum = 0.0f;
#pragma unroll
      for (int j = 0; j < 16; ++j) {
        float* pair = &scores[4 * j + 2 * half];
        if (!kWhole && 8 * j >= present) {  // no lane has a key there
          pair[0] = pair[1] = 0.0f;
          continue;
        }
        pair[0] = exp2_fast(fmaf(pair[0], scale_, base));
        pair[1] = exp2_fast(fmaf(pair[1], scale_, base));
        sum += pair[0] + pair[1];
      }
      sums[half] = fmaf(sums[half], factors[half], sum);
    }
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

  __device__ void store(const float (&out)[32], const float (&sums)[2], int first) const {
    const BidirectionalAttentionArgs& args = place_.work.args;
    auto* z = static_cast<__nv_bfloat16*>(args.z) + place_.head * kVisionHeadWidth;
#pragma unroll
    for (int half = 0; half < 2; ++half) {
      float sum = sums[half];
      sum += __shfl_xor_sync(0xffffffffu, sum, 1);
      sum += __shfl_xor_sync(0xffffffffu, sum, 2);
      const float inverse = 1.0f / sum;
      const int query = first + 16 * warp_ + (lane_ >> 2) + 8 * half;
      if (query >= tokens_) continue;
      const std::int64_t row = static_cast<std::int64_t>(place_.tile) * tokens_ + query;
      __nv_bfloat16* to = z + row * args.z_stride + 2 * (lane_ & 3);
#pragma unroll
      for (int j = 0; j < 8; ++j) {
        *reinterpret_cast<std::uint32_t*>(to + 8 * j) =
            pack_bf16(out[4 * j + 2 * half] * inverse, out[4 * j + 2 * half + 1] * inverse);
      }
    }
  }

  const Place& place_;
  int group_;
  int lane_;
  int warp_;
  int tokens_;
  float scale_;
};

__device__ void init_barriers(const Place& place) {
  for (int chunk = 0; chunk < kMostChunks; ++chunk) {
    barrier_init(place.keys_full(chunk), 1);
    barrier_init(place.values_full(chunk), 1);
  }
  for (int group = 0; group < kGroups; ++group) {
    for (int turn = 0; turn < kBuffers; ++turn) barrier_init(place.queries_full(group, turn), 1);
  }
  asm volatile("fence.mbarrier_init.release.cluster;" ::: "memory");
  sm90::publish_stores();
}

__global__ void __launch_bounds__(kThreads, 1)
    whole_attention_kernel(const __grid_constant__ AttentionWork work) {
  extern __shared__ char raw[];
  const Place place{work, (shared_address(raw) + 1023u) & ~1023u};
  let_next_kernel_start();
  if (threadIdx.x == 0) init_barriers(place);
  wait_for_kernel_before();
  __syncthreads();
  if (threadIdx.x == 0) place.copy_all();
  Attender(place, static_cast<int>(threadIdx.x) / kGroup).run();
}

}  // namespace

Status bidirectional_attention_sm90(const BidirectionalAttentionArgs& args, Stream stream) {
  const char* what = "launch of bidirectional_attention";
  AttentionWork work{{}, args};
  ARGES_RETURN_IF_ERROR(encode_plane_map(args.rows, args.tiles, args.tokens, args.row_stride,
                                         args.row_stride, work.rows));
  ARGES_RETURN_IF_ERROR(
      to_status(cudaFuncSetAttribute(whole_attention_kernel,
                                     cudaFuncAttributeMaxDynamicSharedMemorySize, kSharedBytes),
                what));
  LaunchShape shape;
  shape.blocks = dim3(static_cast<unsigned>(args.heads), static_cast<unsigned>(args.tiles));
  shape.threads = kThreads;
  shape.shared_bytes = kSharedBytes;
  shape.early = args.early;
  return launch_kernel(whole_attention_kernel, shape, work, stream, what);
}

}  // namespace arges::kernels::cuda
