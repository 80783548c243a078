// SPDX-License-Identifier: Apache-2.0
#include "kernels/cuda/kernel_launch.h"
#include "kernels/cuda/many_rows.h"
#include "kernels/cuda/route_choice.cuh"
#include "kernels/cuda/row_norm.cuh"

// The way of a prompt's rows to experts: a kernel that reads the router once for 16 rows, and one
// that sorts.
namespace arges::kernels::cuda {

namespace {

constexpr int kThreads = 256;
constexpr int kWarps = kThreads / 32;
constexpr int kRowsAtOnce = 16;
constexpr int kExpertsAtOnce = 4;  // of a warp
constexpr int kSortThreads = 1024;

struct LogitMemory {
  float logits[kRowsAtOnce][kMaxExperts];
  float scales[kRowsAtOnce];
};

// The rows of a block; behind the last one it is repeated.
struct Rows {
  const float* x;
  int first;
  int count;
  int width;

  __device__ float4 load(int row, int column) const {
    const std::int64_t at = first + min(row, count - 1);
    return *reinterpret_cast<const float4*>(x + at * width + column);
  }
};

__device__ float add_product(const float4& x, const float4& w, float sum) {
  return fmaf(x.w, w.w, fmaf(x.z, w.z, fmaf(x.y, w.y, fmaf(x.x, w.x, sum))));
}

// 1/rms of two rows a warp.
__device__ void measure_rows(const RouteTopKArgs& args, const Rows& rows, LogitMemory& memory) {
  const int lane = static_cast<int>(threadIdx.x) & 31;
  for (int row = static_cast<int>(threadIdx.x) / 32; row < kRowsAtOnce; row += kWarps) {
    float squares = 0.0f;
    for (int column = 4 * lane; column < rows.width; column += 128) {
      squares = add_squares(rows.load(row, column), squares);
    }
    const float scale = rsqrtf(warp_sum(squares) / static_cast<float>(rows.width) + args.epsilon);
    if (lane != 0) continue;
    memory.scales[row] = scale;
    if (row < rows.count) args.inverse_rms[rows.first + row] = scale;
  }
}

// Logits not yet divided by the rms: a warp's experts with all rows, k over its lanes.
__device__ void multiply_router(const RouteTopKArgs& args, const Rows& rows, int first,
                                LogitMemory& memory) {
  const int lane = static_cast<int>(threadIdx.x) & 31;
  float sums[kExpertsAtOnce][kRowsAtOnce] = {};
  for (int column = 4 * lane; column < rows.width; column += 128) {
    const float4 norm = *reinterpret_cast<const float4*>(args.norm + column);
    float4 weights[kExpertsAtOnce];
#pragma unroll
    for (int e = 0; e < kExpertsAtOnce; ++e) {
      const std::int64_t expert = min(first + e, args.experts - 1);
      const float4 r = *reinterpret_cast<const float4*>(args.router + expert * args.width + column);
      weights[e] = {r.x * norm.x, r.y * norm.y, r.z * norm.z, r.w * norm.w};
    }
#pragma unroll
    for (int row = 0; row < kRowsAtOnce; ++row) {
      const float4 x = rows.load(row, column);
#pragma unroll
      for (int e = 0; e < kExpertsAtOnce; ++e) {
        sums[e][row] = add_product(x, weights[e], sums[e][row]);
      }
    }
  }
#pragma unroll
  for (int e = 0; e < kExpertsAtOnce; ++e) {
#pragma unroll
    for (int row = 0; row < kRowsAtOnce; ++row) {
      const float sum = warp_sum(sums[e][row]);
      if (lane == 0 && first + e < args.experts) memory.logits[row][first + e] = sum;
    }
  }
}

__device__ void write_normed(const RouteTopKArgs& args, const Rows& rows,
                             const LogitMemory& memory) {
  for (int row = 0; row < rows.count; ++row) {
    __nv_bfloat16* n = static_cast<__nv_bfloat16*>(args.n) +
                       static_cast<std::int64_t>(rows.first + row) * args.width;
    for (int column = 4 * static_cast<int>(threadIdx.x); column < args.width;
         column += 4 * kThreads) {
      store_normed(n + column, rows.load(row, column), memory.scales[row],
                   *reinterpret_cast<const float4*>(args.norm + column));
    }
  }
}

__global__ void __launch_bounds__(kThreads)
    route_rows_kernel(const __grid_constant__ RouteTopKArgs args) {
  __shared__ LogitMemory memory;
  const int first = static_cast<int>(blockIdx.x) * kRowsAtOnce;
  const Rows rows{args.x, first, min(kRowsAtOnce, args.rows - first), args.width};
  const int warp = static_cast<int>(threadIdx.x) / 32;
  measure_rows(args, rows, memory);
  for (int e = warp * kExpertsAtOnce; e < args.experts; e += kWarps * kExpertsAtOnce) {
    multiply_router(args, rows, e, memory);
  }
  __syncthreads();
  for (int row = warp; row < rows.count; row += kWarps) {
    const std::int64_t at = first + row;
    choose_experts(
        [&](int expert) {
          const float logit = memory.logits[row][expert] * memory.scales[row];
          args.logits[at * args.experts + expert] = logit;
          return logit;
        },
        args.experts, args.top, args.routing.ids + at * args.top,
        args.routing.weights + at * args.top);
  }
  write_normed(args, rows, memory);
}

struct Counts {
  int lower;  // routes of experts before this one
  int own;
};

// Where this thread's share of routes begins among the expert's, and how many come before it.
__device__ Counts scan_counts(const Counts& mine, Counts (&warps)[kSortThreads / 32], int& own) {
  const int lane = static_cast<int>(threadIdx.x) & 31;
  Counts through = mine;
#pragma unroll
  for (int step = 1; step < 32; step *= 2) {
    const int lower = __shfl_up_sync(0xffffffffu, through.lower, step);
    const int equal = __shfl_up_sync(0xffffffffu, through.own, step);
    if (lane >= step) through.lower += lower, through.own += equal;
  }
  if (lane == 31) warps[threadIdx.x / 32] = through;
  __syncthreads();
  Counts all{};
  own = through.own - mine.own;
  for (int warp = 0; warp < kSortThreads / 32; ++warp) {
    if (warp < static_cast<int>(threadIdx.x) / 32) own += warps[warp].own;
    all.lower += warps[warp].lower;
    all.own += warps[warp].own;
  }
  return all;
}

// A block an expert: its routes, ascending, behind those of the experts before it.
__global__ void __launch_bounds__(kSortThreads)
    sort_routes_kernel(const __grid_constant__ RouteTopKArgs args) {
  __shared__ Counts warps[kSortThreads / 32];
  const int expert = static_cast<int>(blockIdx.x);
  const int routes = args.rows * args.top;
  const int share = (routes + kSortThreads - 1) / kSortThreads;
  const int begin = min(static_cast<int>(threadIdx.x) * share, routes);
  const int end = min(begin + share, routes);
  Counts mine{};
  for (int route = begin; route < end; ++route) {
    const int id = args.routing.ids[route];
    mine.lower += id < expert ? 1 : 0;
    mine.own += id == expert ? 1 : 0;
  }
  int before = 0;
  const Counts all = scan_counts(mine, warps, before);
  int at = all.lower + before;
  for (int route = begin; route < end; ++route) {
    if (args.routing.ids[route] == expert) args.routing.order[at++] = route;
  }
  if (threadIdx.x != 0) return;
  args.routing.offsets[expert] = all.lower;
  if (expert == args.experts - 1) args.routing.offsets[args.experts] = all.lower + all.own;
}

// By one warp, from the offsets.
__global__ void list_active_kernel(const __grid_constant__ RouteTopKArgs args) {
  const int lane = static_cast<int>(threadIdx.x);
  int active = 0;
  for (int base = 0; base < args.experts; base += 32) {
    const int expert = base + lane;
    const bool some =
        expert < args.experts && args.routing.offsets[expert + 1] > args.routing.offsets[expert];
    const unsigned mask = __ballot_sync(0xffffffffu, some);
    if (some) args.routing.active[1 + active + __popc(mask & ((1u << lane) - 1))] = expert;
    active += __popc(mask);
  }
  if (lane == 0) args.routing.active[0] = active;
}

}  // namespace

Status route_many_rows(const RouteTopKArgs& args, Stream stream) {
  const char* what = "launch of the way of many rows";
  LaunchShape shape;
  shape.blocks = static_cast<unsigned>((args.rows + kRowsAtOnce - 1) / kRowsAtOnce);
  shape.threads = kThreads;
  ARGES_RETURN_IF_ERROR(launch_kernel(route_rows_kernel, shape, args, stream, what));
  shape.blocks = static_cast<unsigned>(args.experts);
  shape.threads = kSortThreads;
  ARGES_RETURN_IF_ERROR(launch_kernel(sort_routes_kernel, shape, args, stream, what));
  shape.blocks = 1;
  shape.threads = 32;
  return launch_kernel(list_active_kernel, shape, args, stream, what);
}

}  // namespace arges::kernels::cuda
