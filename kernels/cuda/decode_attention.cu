// SPDX-License-Identifier: Apache-2.0
#include "kernels/cuda/decode_attention.h"

#include "kernels/cuda/activation.cuh"
#include "kernels/cuda/cuda_status.h"
#include "kernels/cuda/shared_memory.cuh"
#include "kernels/cuda/warpgroup_sm80.cuh"

namespace arges::kernels::cuda {

namespace {

// A block takes one part of the keys of one head. Each of its four warps takes 16 keys of every
// page with copies, softmax and sums of its own; they meet only at the end. The eight queries are
// rows 0 … 7 of a product of 16 rows; the others are zeros.
constexpr int kWarps = 4;
constexpr int kThreads = 32 * kWarps;
constexpr int kWarpKeys = kPageTokens / kWarps;
constexpr int kStages = 3;
constexpr std::uint32_t kRowBytes = kHeadWidth * 2;
constexpr std::uint32_t kKeyBytes = kWarpKeys * kRowBytes;  // as many of values
constexpr std::uint32_t kStageBytes = 2 * kKeyBytes;
constexpr std::uint32_t kWarpBytes = kStages * kStageBytes;
constexpr std::uint32_t kSharedBytes = kWarps * kWarpBytes;
constexpr int kPartPages = kPartTokens / kPageTokens;
constexpr std::int64_t kPageHead = 2 * kPageTokens * kHeadWidth;  // elements of one head of a page

struct Part {
  DecodeAttentionArgs args;
  int parts;  // of the longest sequence that fits

  __device__ std::int64_t index(int sequence, int part, int head) const {
    return (static_cast<std::int64_t>(sequence) * parts + part) * args.kv_heads * kQueriesPerHead +
           head;
  }
  // Unnormalised sums [index, 128], and behind all of them (maximum, sum of weights) [index, 2].
  __device__ float* sums(std::int64_t index) const { return args.scratch + index * kHeadWidth; }
  __device__ float2* weights(std::int64_t index) const {
    const std::int64_t all =
        static_cast<std::int64_t>(args.sequences) * parts * args.kv_heads * kQueriesPerHead;
    return reinterpret_cast<float2*>(args.scratch + all * kHeadWidth) + index;
  }
};

__device__ std::uint32_t row_piece(std::uint32_t rows, std::uint32_t row, std::uint32_t piece) {
  return rows + row * kRowBytes + ((piece ^ (row & 7u)) << 4);
}

// One warp's share of a part: 8 queries over its keys so far.
class WarpPart {
 public:
  __device__ WarpPart(const DecodeAttentionArgs& args, int sequence, int kv_head, int first_page,
                      std::uint32_t memory)
      : args_(args),
        table_(args.page_table + sequence * args.table_stride + first_page),
        length_(args.lengths[sequence] - first_page * kPageTokens),
        pages_(min((length_ + kPageTokens - 1) / kPageTokens, kPartPages)),
        head_(static_cast<const __nv_bfloat16*>(args.pages) + kv_head * kPageHead),
        lane_(threadIdx.x & 31u),
        warp_(threadIdx.x >> 5),
        memory_(memory + warp_ * kWarpBytes) {
    load_queries(sequence, kv_head);
  }

  __device__ void run() {
    for (int page = 0; page < kStages - 1; ++page) copy(page);
    for (int page = 0; page < pages_; ++page) {
      copy(page + kStages - 1);
      asm volatile("cp.async.wait_group %0;" ::"n"(kStages - 1) : "memory");
      __syncwarp();
      attend(page);
      __syncwarp();
    }
  }

  // This lane's query is row lane / 4; sums of channels 8 j + 2 (lane mod 4), + 1 at 4 j, 4 j + 1.
  float sums[64] = {};
  float maximum = -INFINITY;
  float weight = 0.0f;  // of this lane's keys

 private:
  __device__ std::uint32_t keys(int page) const {
    return memory_ + static_cast<std::uint32_t>(page % kStages) * kStageBytes;
  }

  // Fragments of the queries, scaled so that the softmax is of powers of two.
  __device__ void load_queries(int sequence, int kv_head) {
    const float scale = kLog2E * 0.08838834764831845f;  // 1/√128
    const __nv_bfloat16* q = static_cast<const __nv_bfloat16*>(args_.q) +
                             sequence * args_.q_stride +
                             (kv_head * kQueriesPerHead + (lane_ >> 2)) * kHeadWidth;
    scale_ = scale;
#pragma unroll
    for (int step = 0; step < 8; ++step) {
      const __nv_bfloat16* at = q + 16 * step + 2 * (lane_ & 3);
      queries_[step][0] = *reinterpret_cast<const std::uint32_t*>(at);
      queries_[step][1] = 0;
      queries_[step][2] = *reinterpret_cast<const std::uint32_t*>(at + 8);
      queries_[step][3] = 0;
    }
  }

  // Rows behind the length come as zeros: their memory may hold anything.
  __device__ void copy(int page) {
    if (page < pages_) {
      const __nv_bfloat16* from = head_ + table_[page] * args_.page_stride;
      const int present = length_ - page * kPageTokens - static_cast<int>(warp_) * kWarpKeys;
#pragma unroll
      for (std::uint32_t i = 0; i < 8; ++i) {
        const std::uint32_t row = 2 * i + (lane_ >> 4);
        const std::uint32_t piece = lane_ & 15u;
        const __nv_bfloat16* key = from + (warp_ * kWarpKeys + row) * kHeadWidth + 8 * piece;
        const bool there = static_cast<int>(row) < present;
        sm80::copy_piece(row_piece(keys(page), row, piece), key, there);
        sm80::copy_piece(row_piece(keys(page) + kKeyBytes, row, piece),
                         key + kPageTokens * kHeadWidth, there);
      }
    }
    asm volatile("cp.async.commit_group;" ::: "memory");
  }

  __device__ void attend(int page) {
    float scores[8] = {};
#pragma unroll
    for (std::uint32_t step = 0; step < 8; ++step) {
      std::uint32_t b[4];
      load_matrices(b, row_piece(keys(page), (lane_ & 7u) + (lane_ >> 4) * 8,
                                 2 * step + ((lane_ >> 3) & 1u)));
      sm80::multiply(scores, queries_[step], b[0], b[1]);
      sm80::multiply(scores + 4, queries_[step], b[2], b[3]);
    }
    const int present = length_ - page * kPageTokens - static_cast<int>(warp_) * kWarpKeys;
    std::uint32_t p[4];
    soften(scores, present, p);
#pragma unroll
    for (std::uint32_t j = 0; j < 16; j += 2) {
      std::uint32_t b[4];
      sm80::load_transposed(b, row_piece(keys(page) + kKeyBytes, lane_ & 15u, j + (lane_ >> 4)));
      sm80::multiply(sums + 4 * j, p, b[0], b[1]);
      sm80::multiply(sums + 4 * j + 4, p, b[2], b[3]);
    }
  }

  // Weights of the 16 keys as an operand, and what was summed before brought to the new maximum.
  __device__ void soften(const float (&scores)[8], int present, std::uint32_t (&p)[4]) {
    const int key = static_cast<int>(2 * (lane_ & 3));
    float s[4];
#pragma unroll
    for (int i = 0; i < 4; ++i) {
      const bool there = key + (i >> 1) * 8 + (i & 1) < present;
      s[i] = there ? scores[(i >> 1) * 4 + (i & 1)] * scale_ : -INFINITY;
    }
    float highest = fmaxf(fmaxf(s[0], s[1]), fmaxf(s[2], s[3]));
    highest = fmaxf(highest, __shfl_xor_sync(0xffffffffu, highest, 1));
    highest = fmaxf(highest, __shfl_xor_sync(0xffffffffu, highest, 2));
    const float now = fmaxf(maximum, highest);
    const float base = now == -INFINITY ? 0.0f : now;
    const float shrink = exp2_fast(maximum - base);
    maximum = now;
#pragma unroll
    for (int i = 0; i < 4; ++i) s[i] = exp2_fast(s[i] - base);
    weight = weight * shrink + ((s[0] + s[1]) + (s[2] + s[3]));
#pragma unroll
    for (int j = 0; j < 16; ++j) {
      sums[4 * j] *= shrink;
      sums[4 * j + 1] *= shrink;
    }
    p[0] = pack_bf16(s[0], s[1]);
    p[1] = 0;
    p[2] = pack_bf16(s[2], s[3]);
    p[3] = 0;
  }

  const DecodeAttentionArgs& args_;
  const std::int32_t* table_;
  int length_;  // keys from the part's begin to the sequence's end
  int pages_;
  const __nv_bfloat16* head_;
  std::uint32_t lane_;
  std::uint32_t warp_;
  std::uint32_t memory_;
  std::uint32_t queries_[8][4];
  float scale_;
};

// The warps' results of a part, in order, in shared memory that the keys have left.
struct Meeting {
  float sums[kWarps][kQueriesPerHead][kHeadWidth];
  float maxima[kWarps][kQueriesPerHead];
  float weights[kWarps][kQueriesPerHead];
};
static_assert(sizeof(Meeting) <= kSharedBytes);

__device__ void bring(const WarpPart& part, Meeting& meeting) {
  const unsigned lane = threadIdx.x & 31;
  const unsigned warp = threadIdx.x >> 5;
  float weight = part.weight;
  weight += __shfl_xor_sync(0xffffffffu, weight, 1);
  weight += __shfl_xor_sync(0xffffffffu, weight, 2);
  const unsigned query = lane >> 2;
  if ((lane & 3) == 0) {
    meeting.maxima[warp][query] = part.maximum;
    meeting.weights[warp][query] = weight;
  }
#pragma unroll
  for (int j = 0; j < 16; ++j) {
    float* to = &meeting.sums[warp][query][8 * j + 2 * (lane & 3)];
    to[0] = part.sums[4 * j];
    to[1] = part.sums[4 * j + 1];
  }
}

__global__ void __launch_bounds__(kThreads) attend_part_kernel(const __grid_constant__ Part work) {
  extern __shared__ __align__(128) char memory[];
  const int part = static_cast<int>(blockIdx.x);
  const int kv_head = static_cast<int>(blockIdx.y);
  const int sequence = static_cast<int>(blockIdx.z);
  if (part * kPartTokens >= work.args.lengths[sequence]) return;
  WarpPart warp(work.args, sequence, kv_head, part * kPartPages, shared_address(memory));
  warp.run();
  asm volatile("cp.async.wait_all;" ::: "memory");
  __syncthreads();
  Meeting& meeting = *reinterpret_cast<Meeting*>(memory);
  bring(warp, meeting);
  __syncthreads();
  const int channel = static_cast<int>(threadIdx.x);
  for (int query = 0; query < kQueriesPerHead; ++query) {
    float maximum = -INFINITY;
    for (int w = 0; w < kWarps; ++w) maximum = fmaxf(maximum, meeting.maxima[w][query]);
    float sum = 0.0f;
    float weight = 0.0f;
    for (int w = 0; w < kWarps; ++w) {
      const float share = exp2_fast(meeting.maxima[w][query] - maximum);
      sum = fmaf(share, meeting.sums[w][query][channel], sum);
      weight = fmaf(share, meeting.weights[w][query], weight);
    }
    const std::int64_t index = work.index(sequence, part, kv_head * kQueriesPerHead + query);
    work.sums(index)[channel] = sum;
    if (channel == 0) *work.weights(index) = {maximum, weight};
  }
}

// Parts are joined by kJoiners groups of threads, each a share of them: the loads of 128 parts one
// behind another took 9 µs.
constexpr int kJoiners = 4;
constexpr int kJoinThreads = kJoiners * kHeadWidth;

struct JoinMemory {
  float sums[kJoiners][kHeadWidth];
  float weights[kJoiners];
  float maxima[kJoinThreads / 32];
};

// The highest score of a query head, over its parts.
__device__ float highest_of(const Part& work, int sequence, int head, int parts,
                            JoinMemory& memory) {
  float highest = -INFINITY;
  for (int part = static_cast<int>(threadIdx.x); part < parts; part += kJoinThreads) {
    highest = fmaxf(highest, work.weights(work.index(sequence, part, head))->x);
  }
#pragma unroll
  for (int step = 1; step < 32; step *= 2) {
    highest = fmaxf(highest, __shfl_xor_sync(0xffffffffu, highest, step));
  }
  if (threadIdx.x % 32 == 0) memory.maxima[threadIdx.x / 32] = highest;
  __syncthreads();
#pragma unroll
  for (int warp = 0; warp < kJoinThreads / 32; ++warp) {
    highest = fmaxf(highest, memory.maxima[warp]);
  }
  return highest;
}

// The parts of one query head of one sequence. What is added to what depends on their number alone.
__global__ void __launch_bounds__(kJoinThreads)
    join_parts_kernel(const __grid_constant__ Part work) {
  __shared__ JoinMemory memory;
  const int head = static_cast<int>(blockIdx.x);
  const int sequence = static_cast<int>(blockIdx.y);
  const int channel = static_cast<int>(threadIdx.x) % kHeadWidth;
  const int joiner = static_cast<int>(threadIdx.x) / kHeadWidth;
  const int parts = (work.args.lengths[sequence] + kPartTokens - 1) / kPartTokens;
  const float maximum = highest_of(work, sequence, head, parts, memory);
  float sum = 0.0f;
  float weight = 0.0f;
#pragma unroll 8
  for (int part = joiner; part < parts; part += kJoiners) {
    const std::int64_t index = work.index(sequence, part, head);
    const float2 mine = *work.weights(index);
    const float share = exp2_fast(mine.x - maximum);
    sum = fmaf(share, work.sums(index)[channel], sum);
    weight = fmaf(share, mine.y, weight);
  }
  memory.sums[joiner][channel] = sum;
  if (channel == 0) memory.weights[joiner] = weight;
  __syncthreads();
  if (joiner > 0) return;
#pragma unroll
  for (int other = 1; other < kJoiners; ++other) {
    sum += memory.sums[other][channel];
    weight += memory.weights[other];
  }
  __nv_bfloat16* z = static_cast<__nv_bfloat16*>(work.args.z);
  z[sequence * work.args.z_stride + head * kHeadWidth + channel] =
      __float2bfloat16_rn(parts == 0 ? 0.0f : sum / weight);
}

int parts_of(int tokens) {
  return (tokens + kPartTokens - 1) / kPartTokens;
}

Status check(const DecodeAttentionArgs& args) {
  const std::int64_t width =
      static_cast<std::int64_t>(args.kv_heads) * kQueriesPerHead * kHeadWidth;
  if (args.sequences < 1 || args.sequences > 65535 || args.kv_heads < 1 || args.max_tokens < 1) {
    return invalid_argument("decode attention: no sequences, heads or tokens, or too many");
  }
  if (args.q == nullptr || args.pages == nullptr || args.page_table == nullptr ||
      args.lengths == nullptr || args.scratch == nullptr || args.z == nullptr) {
    return invalid_argument("decode attention: a pointer is missing");
  }
  if (args.q_stride < width || args.q_stride % 8 != 0 || args.z_stride < width ||
      args.page_stride < args.kv_heads * kPageHead || args.page_stride % 8 != 0 ||
      args.table_stride * kPageTokens < args.max_tokens) {
    return invalid_argument("decode attention: a stride does not fit");
  }
  return {};
}

}  // namespace

std::int64_t decode_attention_scratch_floats(int sequences, int kv_heads, int max_tokens) {
  return static_cast<std::int64_t>(sequences) * parts_of(max_tokens) * kv_heads * kQueriesPerHead *
         (kHeadWidth + 2);
}

Status decode_attention(const DecodeAttentionArgs& args, Stream stream) {
  ARGES_RETURN_IF_ERROR(check(args));
  const Part work{args, parts_of(args.max_tokens)};
  ARGES_RETURN_IF_ERROR(to_status(
      cudaFuncSetAttribute(attend_part_kernel, cudaFuncAttributeMaxDynamicSharedMemorySize,
                           static_cast<int>(kSharedBytes)),
      "shared memory of decode attention"));
  const auto sequences = static_cast<unsigned>(args.sequences);
  const dim3 blocks(static_cast<unsigned>(work.parts), static_cast<unsigned>(args.kv_heads),
                    sequences);
  attend_part_kernel<<<blocks, kThreads, kSharedBytes, stream>>>(work);
  ARGES_RETURN_IF_ERROR(to_status(cudaGetLastError(), "launch of decode attention"));
  const dim3 heads(static_cast<unsigned>(args.kv_heads * kQueriesPerHead), sequences);
  join_parts_kernel<<<heads, kJoinThreads, 0, stream>>>(work);
  return to_status(cudaGetLastError(), "launch of decode attention's join");
}

}  // namespace arges::kernels::cuda
