// SPDX-License-Identifier: Apache-2.0
#include "kernels/cuda/bidirectional_attention.h"

#include "kernels/cuda/activation.cuh"
#include "kernels/cuda/bidirectional_attention_launch.h"
#include "kernels/cuda/card.h"
#include "kernels/cuda/kernel_launch.h"
#include "kernels/cuda/warpgroup_sm80.cuh"

namespace arges::kernels::cuda {

namespace {

constexpr int kWarps = 8;
constexpr int kThreads = 32 * kWarps;
constexpr int kQueries = 16 * kWarps;  // of a block
constexpr int kKeys = 64;              // at once
constexpr int kStages = 2;

// Shared memory of a block, in bytes from its 1024-aligned begin: two tiles of q, stages of k and
// v.
constexpr std::uint32_t kKeyTiles = kQueries / 64 * kTileBytes;
constexpr std::uint32_t kStageBytes = 2 * kTileBytes;
constexpr std::uint32_t kSharedBytes = kKeyTiles + kStages * kStageBytes + 1024;

// A block has 128 queries of one head of one tile, a warp 16 of them.
class AttentionBlock {
 public:
  __device__ AttentionBlock(const BidirectionalAttentionArgs& args, std::uint32_t base)
      : args_(args),
        base_(base),
        first_query_(static_cast<int>(blockIdx.x) * kQueries),
        head_(static_cast<int>(blockIdx.y) * kVisionHeadWidth),
        first_row_(static_cast<std::int64_t>(blockIdx.z) * args.tokens) {}

  __device__ void run() {
    const int key_tiles = (args_.tokens + kKeys - 1) / kKeys;
    for (int half = 0; half < kQueries / 64; ++half) {
      copy_tile(base_ + half * kTileBytes, args_.q_column, first_query_ + 64 * half);
    }
    copy_keys(0);
    commit();
    float out[32] = {};
    float largest[2] = {-INFINITY, -INFINITY};
    float sums[2] = {};
    for (int j = 0; j < key_tiles; ++j) {
      if (j + 1 < key_tiles) copy_keys(j + 1);
      commit();
      asm volatile("cp.async.wait_group 1;" ::: "memory");
      __syncthreads();
      if (j == 0) load_queries();
      attend(j, out, largest, sums);
      __syncthreads();  // all have read the stage that is written next
    }
    store(out, sums);
  }

 private:
  __device__ static void commit() { asm volatile("cp.async.commit_group;" ::: "memory"); }
  __device__ std::uint32_t stage(int j) const {
    return base_ + kKeyTiles + static_cast<std::uint32_t>(j % kStages) * kStageBytes;
  }

  // Rows behind the last token are zeros.
  __device__ void copy_tile(std::uint32_t tile, std::int64_t part, int first) const {
    const auto* columns = static_cast<const __nv_bfloat16*>(args_.rows) + part + head_;
    const int piece = static_cast<int>(threadIdx.x) & 7;
#pragma unroll
    for (int i = 0; i < 64 * 8 / kThreads; ++i) {
      const int local = static_cast<int>(threadIdx.x) / 8 + i * kThreads / 8;
      const bool present = first + local < args_.tokens;
      const std::int64_t row = first_row_ + (present ? first + local : 0);
      sm80::copy_piece(piece_address(tile, local, piece),
                       columns + row * args_.row_stride + 8 * piece, present);
    }
  }
  __device__ void copy_keys(int j) const {
    copy_tile(stage(j), args_.k_column, j * kKeys);
    copy_tile(stage(j) + kTileBytes, args_.v_column, j * kKeys);
  }

  __device__ void load_queries() {
    const std::uint32_t tile = base_ + (threadIdx.x / 128) * kTileBytes;
#pragma unroll
    for (int step = 0; step < 4; ++step) {
      load_matrices(queries_[step],
                    piece_address(tile, 16 * sm80::warp_of_group() + (sm80::lane() & 15u),
                                  2 * step + (sm80::lane() >> 4)));
    }
  }

  __device__ void attend(int j, float (&out)[32], float (&largest)[2], float (&sums)[2]) const {
    float scores[32] = {};
#pragma unroll
    for (int step = 0; step < 4; ++step) {
      sm80::multiply_k_major<8>(scores, queries_[step], stage(j), step);
    }
    if ((j + 1) * kKeys > args_.tokens) mask(j * kKeys, scores);
    weigh(scores, out, largest, sums);
#pragma unroll
    for (int step = 0; step < 4; ++step) {
      std::uint32_t weights[4];
#pragma unroll
      for (int i = 0; i < 4; ++i) {
        weights[i] = pack_bf16(scores[8 * step + 2 * i], scores[8 * step + 2 * i + 1]);
      }
      sm80::multiply_mn_major<8>(out, weights, stage(j) + kTileBytes, step);
    }
  }

  __device__ void mask(int first_key, float (&scores)[32]) const {
#pragma unroll
    for (int i = 0; i < 32; ++i) {
      const int key = first_key + i / 4 * 8 + 2 * static_cast<int>(threadIdx.x & 3) + (i & 1);
      if (key >= args_.tokens) scores[i] = -INFINITY;
    }
  }

  // Scores become e^(scale · (score − the row's largest so far)); what came before is scaled down.
  __device__ void weigh(float (&scores)[32], float (&out)[32], float (&largest)[2],
                        float (&sums)[2]) const {
    const float scale = args_.scale * kLog2E;
#pragma unroll
    for (int half = 0; half < 2; ++half) {
      float most = largest[half];
#pragma unroll
      for (int i = 0; i < 16; ++i) {
        most = fmaxf(most, scores[i / 2 * 4 + 2 * half + (i & 1)]);
      }
      most = fmaxf(most, __shfl_xor_sync(0xffffffffu, most, 1));
      most = fmaxf(most, __shfl_xor_sync(0xffffffffu, most, 2));
      const float shrink = exp2_fast((largest[half] - most) * scale);
      largest[half] = most;
      sums[half] *= shrink;
#pragma unroll
      for (int i = 0; i < 16; ++i) {
        const int at = i / 2 * 4 + 2 * half + (i & 1);
        scores[at] = exp2_fast((scores[at] - most) * scale);
        sums[half] += scores[at];
        out[at] *= shrink;
      }
    }
  }

  __device__ void store(const float (&out)[32], const float (&sums)[2]) const {
    const int lane = static_cast<int>(threadIdx.x) & 31;
#pragma unroll
    for (int half = 0; half < 2; ++half) {
      float sum = sums[half];
      sum += __shfl_xor_sync(0xffffffffu, sum, 1);
      sum += __shfl_xor_sync(0xffffffffu, sum, 2);
      const float inverse = 1.0f / sum;
      const int query =
          first_query_ + 16 * (static_cast<int>(threadIdx.x) / 32) + lane / 4 + 8 * half;
      if (query >= args_.tokens) continue;
      auto* z = static_cast<__nv_bfloat16*>(args_.z) + (first_row_ + query) * args_.z_stride +
                head_ + 2 * (lane & 3);
#pragma unroll
      for (int j = 0; j < 8; ++j) {
        *reinterpret_cast<std::uint32_t*>(z + 8 * j) =
            pack_bf16(out[4 * j + 2 * half] * inverse, out[4 * j + 2 * half + 1] * inverse);
      }
    }
  }

  const BidirectionalAttentionArgs& args_;
  std::uint32_t base_;
  int first_query_;
  int head_;  // its first column in a part
  std::int64_t first_row_;
  std::uint32_t queries_[4][4];
};

__global__ void __launch_bounds__(kThreads, 2)
    bidirectional_attention_kernel(const __grid_constant__ BidirectionalAttentionArgs args) {
  extern __shared__ char raw[];
  AttentionBlock(args, (shared_address(raw) + 1023u) & ~1023u).run();
}

bool aligned(const void* pointer) {
  return pointer != nullptr && reinterpret_cast<std::uintptr_t>(pointer) % 16 == 0;
}

Status check(const BidirectionalAttentionArgs& args) {
  if (!aligned(args.rows) || !aligned(args.z)) {
    return invalid_argument("bidirectional_attention: a pointer is missing or not aligned");
  }
  constexpr int kMost = 65535;
  if (args.tiles < 1 || args.tiles > kMost || args.heads < 1 || args.heads > kMost ||
      args.tokens < 1 || !(args.scale > 0.0f)) {
    return invalid_argument("bidirectional_attention: a size that does not fit");
  }
  const std::int64_t width = static_cast<std::int64_t>(args.heads) * kVisionHeadWidth;
  for (const std::int64_t column : {args.q_column, args.k_column, args.v_column}) {
    if (column < 0 || column % 8 != 0 || args.row_stride < column + width) {
      return invalid_argument("bidirectional_attention: a part does not lie within the rows");
    }
  }
  if (args.row_stride % 8 != 0 || args.z_stride % 2 != 0 || args.z_stride < width) {
    return invalid_argument("bidirectional_attention: a stride does not fit");
  }
  return {};
}

// Blocks with a whole head take a card's multiprocessors one each, for 35 µs at 577 tokens on an
// H200; the same work in parts takes 0.43 µs a head (BENCHMARKS.md).
bool fills(const BidirectionalAttentionArgs& args, int multiprocessors) {
  const std::int64_t blocks = std::int64_t{args.heads} * args.tiles;
  const std::int64_t rounds = (blocks + multiprocessors - 1) / multiprocessors;
  return 3 * blocks >= 2 * rounds * multiprocessors;
}

}  // namespace

Status bidirectional_attention(const BidirectionalAttentionArgs& args, Stream stream) {
  ARGES_RETURN_IF_ERROR(check(args));
  ARGES_ASSIGN_OR_RETURN(const Card card, current_card());
  const bool can_be_whole = card.is_hopper() && args.tokens <= kMostWholeTokens;
  if (args.path == VisionPath::kWhole && !can_be_whole) {
    return invalid_argument("bidirectional_attention: tiles that no block can take whole here");
  }
  if (args.path == VisionPath::kWhole ||
      (args.path == VisionPath::kChosen && can_be_whole && fills(args, card.multiprocessors))) {
    return bidirectional_attention_sm90(args, stream);
  }
  const char* what = "launch of bidirectional_attention";
  ARGES_RETURN_IF_ERROR(
      to_status(cudaFuncSetAttribute(bidirectional_attention_kernel,
                                     cudaFuncAttributeMaxDynamicSharedMemorySize, kSharedBytes),
                what));
  LaunchShape shape;
  shape.blocks = dim3(static_cast<unsigned>((args.tokens + kQueries - 1) / kQueries),
                      static_cast<unsigned>(args.heads), static_cast<unsigned>(args.tiles));
  shape.threads = kThreads;
  shape.shared_bytes = kSharedBytes;
  return launch_kernel(bidirectional_attention_kernel, shape, args, stream, what);
}

}  // namespace arges::kernels::cuda
