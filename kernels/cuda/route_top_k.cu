// SPDX-License-Identifier: Apache-2.0
#include "kernels/cuda/route_top_k.h"

#include <algorithm>

#include "kernels/cuda/kernel_launch.h"
#include "kernels/cuda/many_rows.h"
#include "kernels/cuda/route_choice.cuh"
#include "kernels/cuda/row_norm.cuh"

namespace arges::kernels::cuda {

namespace {

constexpr int kThreads = 256;
constexpr int kWarps = kThreads / 32;
constexpr int kVectors = 8192 / 4 / kThreads;

struct RouteMemory {
  float sums[2][kWarps];
  std::int32_t ids[kMaxRoutes];
  std::int32_t counts[kMaxExperts];
  std::int32_t begins[kMaxExperts + 1];
  bool last;
};

// Sums of two things at once, as block_sum.
__device__ float2 block_sums(float a, float b, RouteMemory& memory) {
  a = warp_sum(a);
  b = warp_sum(b);
  if (threadIdx.x % 32 == 0) {
    memory.sums[0][threadIdx.x / 32] = a;
    memory.sums[1][threadIdx.x / 32] = b;
  }
  __syncthreads();
  float2 total{};
#pragma unroll
  for (int warp = 0; warp < kWarps; ++warp) {
    total.x += memory.sums[0][warp];
    total.y += memory.sums[1][warp];
  }
  return total;
}

__device__ float add_product(const float4& x, const float4& w, float sum) {
  return fmaf(x.w, w.w, fmaf(x.z, w.z, fmaf(x.y, w.y, fmaf(x.x, w.x, sum))));
}

// One logit of one row; the block of the first expert writes the normed row as well.
__device__ void compute_logit(const RouteTopKArgs& args, int expert, std::int64_t row,
                              RouteMemory& memory) {
  float4 weights[kVectors];
  const auto column_of = [](int i) { return 4 * (static_cast<int>(threadIdx.x) + i * kThreads); };
  const float* router = args.router + static_cast<std::int64_t>(expert) * args.width;
#pragma unroll
  for (int i = 0; i < kVectors; ++i) {
    weights[i] = float4{};
    if (column_of(i) >= args.width) continue;
    const float4 r = *reinterpret_cast<const float4*>(router + column_of(i));
    const float4 n = *reinterpret_cast<const float4*>(args.norm + column_of(i));
    weights[i] = {r.x * n.x, r.y * n.y, r.z * n.z, r.w * n.w};
  }
  wait_for_kernel_before();
  const float* x = args.x + row * args.width;
  float squares = 0.0f;
  float dot = 0.0f;
#pragma unroll
  for (int i = 0; i < kVectors; ++i) {
    if (column_of(i) >= args.width) continue;
    const float4 value = *reinterpret_cast<const float4*>(x + column_of(i));
    squares = add_squares(value, squares);
    dot = add_product(value, weights[i], dot);
  }
  const float2 sums = block_sums(squares, dot, memory);
  const float scale = rsqrtf(sums.x / static_cast<float>(args.width) + args.epsilon);
  if (threadIdx.x == 0) args.logits[row * args.experts + expert] = sums.y * scale;
  if (expert > 0) return;
  if (threadIdx.x == 0) args.inverse_rms[row] = scale;
  __nv_bfloat16* n = static_cast<__nv_bfloat16*>(args.n) + row * args.width;
  for (int column = column_of(0); column < args.width; column += 4 * kThreads) {
    store_normed(n + column, *reinterpret_cast<const float4*>(x + column), scale,
                 *reinterpret_cast<const float4*>(args.norm + column));
  }
}

// One warp.
__device__ void choose(const RouteTopKArgs& args, int row, RouteMemory& memory) {
  std::int32_t* ids = memory.ids + row * args.top;
  choose_experts([&](int expert) { return __ldcg(args.logits + row * args.experts + expert); },
                 args.experts, args.top, ids, args.routing.weights + row * args.top);
  __syncwarp();
  const int lane = static_cast<int>(threadIdx.x) & 31;
  if (lane < args.top) args.routing.ids[row * args.top + lane] = ids[lane];
}

// Routes by expert: a thread an expert counts its own, then writes them from where the experts
// before it end.
__device__ void sort_routes(const RouteTopKArgs& args, RouteMemory& memory) {
  const int routes = args.rows * args.top;
  const int expert = static_cast<int>(threadIdx.x);
  if (expert < args.experts) {
    int count = 0;
    for (int route = 0; route < routes; ++route) count += memory.ids[route] == expert ? 1 : 0;
    memory.counts[expert] = count;
  }
  __syncthreads();
  if (expert == 0) {
    int begin = 0;
    int active = 0;
    for (int e = 0; e < args.experts; ++e) {
      memory.begins[e] = begin;
      args.routing.offsets[e] = begin;
      begin += memory.counts[e];
      if (memory.counts[e] > 0) args.routing.active[1 + active++] = e;
    }
    args.routing.offsets[args.experts] = begin;
    args.routing.active[0] = active;
  }
  __syncthreads();
  if (expert < args.experts) {
    int at = memory.begins[expert];
    for (int route = 0; route < routes; ++route) {
      if (memory.ids[route] == expert) args.routing.order[at++] = route;
    }
  }
}

// A block a logit; the one that is done last chooses and sorts.
__global__ void __launch_bounds__(kThreads)
    route_top_k_kernel(const __grid_constant__ RouteTopKArgs args) {
  __shared__ RouteMemory memory;
  let_next_kernel_start();
  compute_logit(args, static_cast<int>(blockIdx.x), blockIdx.y, memory);
  if (threadIdx.x == 0) {
    __threadfence();
    memory.last = atomicAdd(args.ticket, 1u) == gridDim.x * gridDim.y - 1;
  }
  __syncthreads();
  if (!memory.last) return;
  __threadfence();
  for (int row = static_cast<int>(threadIdx.x) / 32; row < args.rows; row += kWarps) {
    choose(args, row, memory);
  }
  __syncthreads();
  sort_routes(args, memory);
  if (threadIdx.x == 0) *args.ticket = 0;
}

Status check(const RouteTopKArgs& args) {
  if (args.x == nullptr || args.norm == nullptr || args.router == nullptr || args.n == nullptr ||
      args.inverse_rms == nullptr || args.logits == nullptr || args.ticket == nullptr) {
    return invalid_argument("route_top_k: a pointer is missing");
  }
  const Routing& routing = args.routing;
  if (routing.ids == nullptr || routing.weights == nullptr || routing.order == nullptr ||
      routing.offsets == nullptr || routing.active == nullptr) {
    return invalid_argument("route_top_k: a part of the routing is missing");
  }
  if (args.rows < 1 || args.width < 4 || args.width > 8192 || args.width % 4 != 0 ||
      args.experts < 1 || args.experts > kMaxExperts || args.top < 1 ||
      args.top > std::min(kMaxTop, args.experts)) {
    return invalid_argument("route_top_k: a size that does not fit");
  }
  return {};
}

}  // namespace

Status route_top_k(const RouteTopKArgs& args, Stream stream) {
  ARGES_RETURN_IF_ERROR(check(args));
  if (args.rows > kMaxLinearRows) return route_many_rows(args, stream);
  LaunchShape shape;
  shape.blocks = dim3(static_cast<unsigned>(args.experts), static_cast<unsigned>(args.rows));
  shape.threads = kThreads;
  shape.early = args.early && has_early_start();
  return launch_kernel(route_top_k_kernel, shape, args, stream, "launch of route_top_k");
}

}  // namespace arges::kernels::cuda
