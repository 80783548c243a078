// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/base/exec_context.h"
#include "kernels/cuda/bidirectional_attention.h"
#include "kernels/cuda/mixed/products.cuh"
#include "kernels/cuda/plain/attention.h"

// Softmax attention in fp32: a block for a query head of a row, whose warps take blocks of 32 keys
// by turns, at fixed places of the cache. A row's bits depend on its sequence alone. Pictures' in
// bf16 where heads have 64 channels.
namespace arges::kernels::mixed {

inline constexpr int kWarps = 8;
inline constexpr int kKeys = 32;  // a warp's at once, one a lane
inline constexpr int kMostChannels = 256;
inline constexpr int kPerLane = kMostChannels / 32;

// What a warp has of a softmax so far: channels lane, lane + 32, … of the sum.
struct Part {
  float largest;
  float total;
  float sum[kPerLane];
};

// The next 32 keys. score(token): of a token that is there; value(token): its channels.
template <class Score, class Value>
__device__ void take_keys(Part& part, std::int64_t first, std::int64_t count, int width, int lane,
                          const Score& score, const Value& value) {
  const bool there = first + lane < count;
  const float mine = there ? score(first + lane) : -HUGE_VALF;
  const float largest = fmaxf(part.largest, most_of_lanes(mine));
  const float keep = expf(part.largest - largest);
  const float weight = there ? expf(mine - largest) : 0.0f;
  part.largest = largest;
  part.total = fmaf(part.total, keep, add_lanes(weight));
#pragma unroll
  for (int i = 0; i < kPerLane; ++i) part.sum[i] *= keep;
  const int keys = static_cast<int>(count - first < kKeys ? count - first : kKeys);
  for (int key = 0; key < keys; ++key) {
    const float w = __shfl_sync(0xffffffffu, weight, key);
    const float* v = value(first + key);
#pragma unroll
    for (int i = 0; i < kPerLane; ++i) {
      if (lane + 32 * i < width) part.sum[i] = fmaf(w, v[lane + 32 * i], part.sum[i]);
    }
  }
}

struct WarpParts {
  float largest[kWarps];
  float total[kWarps];
  float sums[kWarps][kMostChannels];
};

// The warps' parts in their order.
__device__ inline void join_parts(const Part& part, int width, WarpParts& parts, float* out) {
  const int warp = static_cast<int>(threadIdx.x) / 32;
  const int lane = static_cast<int>(threadIdx.x) & 31;
#pragma unroll
  for (int i = 0; i < kPerLane; ++i) parts.sums[warp][lane + 32 * i] = part.sum[i];
  if (lane == 0) {
    parts.largest[warp] = part.largest;
    parts.total[warp] = part.total;
  }
  __syncthreads();
  float largest = parts.largest[0];
  for (int w = 1; w < kWarps; ++w) largest = fmaxf(largest, parts.largest[w]);
  float total = 0.0f;
  for (int w = 0; w < kWarps; ++w) {
    total = fmaf(parts.total[w], expf(parts.largest[w] - largest), total);
  }
  for (int c = static_cast<int>(threadIdx.x); c < width; c += 32 * kWarps) {
    float sum = 0.0f;
    for (int w = 0; w < kWarps; ++w) {
      sum = fmaf(parts.sums[w][c], expf(parts.largest[w] - largest), sum);
    }
    out[c] = sum / total;
  }
}

static __global__ void __launch_bounds__(32 * kWarps)
    causal_kernel(const __grid_constant__ plain::CausalBody args) {
  __shared__ WarpParts parts;
  __shared__ float q[kMostChannels];
  const std::int64_t i = blockIdx.x;
  const plain::CacheView& cache = args.cache;
  const int width = static_cast<int>(cache.width);
  const std::int64_t query = i % args.group;
  const std::int64_t head = i / args.group % cache.kv_heads;
  const std::int64_t row = i / args.group / cache.kv_heads;
  const StepSpan& span = plain::span_of(args.spans, row);
  const std::int64_t count = span.position + row - span.row + 1;
  const float* of_query =
      args.y + ((row * cache.kv_heads + head) * (args.group + 2) + query) * width;
  for (int c = static_cast<int>(threadIdx.x); c < width; c += 32 * kWarps) q[c] = of_query[c];
  __syncthreads();
  const int lane = static_cast<int>(threadIdx.x) & 31;
  Part part{-HUGE_VALF, 0.0f, {}};
  for (std::int64_t first = static_cast<std::int64_t>(threadIdx.x) / 32 * kKeys; first < count;
       first += kWarps * kKeys) {
    take_keys(
        part, first, count, width, lane,
        [&](std::int64_t token) {
          const float* key = cache.key(span, head, token);
          float sum = 0.0f;
          for (int c = 0; c < width; ++c) sum = fmaf(q[c], key[c * kKeyPanel], sum);
          return sum * args.scale;
        },
        [&](std::int64_t token) { return cache.value(span, head, token); });
  }
  join_parts(part, width, parts, args.z + i * width);
}

inline Status causal(const CudaExecutor& executor, const ExecContext& context,
                     const CausalArgs& args) {
  const std::int64_t rows = args.y.shape[0];
  const std::int64_t kv_heads = args.y.shape[1];
  const std::int64_t group = args.y.shape[2] - 2;
  const std::int64_t width = args.y.shape[3];
  const std::int64_t half = args.rotary.dim / 2;
  if (rows == 0) return {};
  if (width > kMostChannels) return plain::causal(executor, context, args);
  const auto* spans = static_cast<const StepSpan*>(args.spans.data);
  const plain::CacheView cache(args);
  ARGES_RETURN_IF_ERROR(
      executor.each(rows * kv_heads * (group + 1) * half,
                    plain::RotateBody{args.y.f32(), args.positions.i32(), kv_heads, group, width,
                                      half, args.rotary.theta}));
  ARGES_RETURN_IF_ERROR(
      executor.each(rows * kv_heads * width, plain::StoreBody{args.y.f32(), spans, group, cache}));
  cuda::LaunchShape shape;
  shape.blocks = static_cast<unsigned>(rows * kv_heads * group);
  shape.threads = 32 * kWarps;
  return cuda::launch_kernel(
      causal_kernel, shape,
      plain::CausalBody{args.y.f32(), spans, group, cache, args.scale, args.z.f32()},
      executor.stream, "launch of attention");
}

// The rows that the kernel takes: q, k and v side by side.
struct NarrowPartsBody {
  const float* parts[3];
  std::int64_t width;
  __nv_bfloat16* rows;

  __device__ void operator()(std::int64_t i) const {
    const std::int64_t part = i / width % 3;
    const float* x = part == 0 ? parts[0] : (part == 1 ? parts[1] : parts[2]);
    rows[i] = __float2bfloat16_rn(x[i / width / 3 * width + i % width]);
  }
};

struct WidenBody {
  const __nv_bfloat16* n;
  float* x;

  __device__ void operator()(std::int64_t i) const { x[i] = __bfloat162float(n[i]); }
};

inline Status bidirectional_attention(const CudaExecutor& executor, const ExecContext& context,
                                      const BidirectionalAttentionArgs& args) {
  const Shape& shape = args.q.shape;  // [tiles, tokens, heads, width]
  if (shape[3] != cuda::kVisionHeadWidth || shape.count() == 0) {
    return plain::bidirectional_attention(executor, context, args);
  }
  const Arena::Scope scope(*context.workspace);
  const std::int64_t count = shape[0] * shape[1];
  const std::int64_t width = shape[2] * shape[3];
  ARGES_ASSIGN_OR_RETURN(__nv_bfloat16* const rows, bf16_rows(context, count, 3 * width));
  ARGES_ASSIGN_OR_RETURN(__nv_bfloat16* const z, bf16_rows(context, count, width));
  ARGES_RETURN_IF_ERROR(executor.each(
      3 * shape.count(), NarrowPartsBody{{args.q.f32(), args.k.f32(), args.v.f32()}, width, rows}));
  cuda::BidirectionalAttentionArgs attention;
  attention.rows = rows;
  attention.row_stride = 3 * width;
  attention.k_column = width;
  attention.v_column = 2 * width;
  attention.tiles = static_cast<int>(shape[0]);
  attention.tokens = static_cast<int>(shape[1]);
  attention.heads = static_cast<int>(shape[2]);
  attention.scale = args.scale;
  attention.z = z;
  attention.z_stride = width;
  ARGES_RETURN_IF_ERROR(cuda::bidirectional_attention(attention, executor.stream));
  return executor.each(shape.count(), WidenBody{z, args.out.f32()});
}

}  // namespace arges::kernels::mixed
