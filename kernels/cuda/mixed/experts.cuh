// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/cuda/mixed/products.cuh"
#include "kernels/cuda/plain/experts.h"
#include "kernels/cuda/skinny_product.cuh"

// Routing in fp32, and the chosen experts of a step's rows: a weight is read once for every 32 rows
// that its expert has. Products as in products.cuh.
namespace arges::kernels::mixed {

using plain::ExpertTable;

// As plain::SortBody, an expert a warp, 32 pairs at a time.
struct SortWarp {
  const std::int32_t* ids;
  std::int64_t pairs;
  std::int64_t experts;
  std::int32_t* order;
  std::int32_t* offsets;

  __device__ void operator()(std::int64_t expert, int lane) const {
    int lower = 0;
    for (std::int64_t pair = lane; pair < pairs; pair += 32) lower += ids[pair] < expert ? 1 : 0;
    lower = __reduce_add_sync(0xffffffffu, lower);
    if (lane == 0) offsets[expert] = lower;
    if (expert == experts) return;
    for (std::int64_t first = 0; first < pairs; first += 32) {
      const std::int64_t pair = first + lane;
      const bool mine = pair < pairs && ids[pair] == expert;
      const unsigned all = __ballot_sync(0xffffffffu, mine);
      const int before = __popc(all & ((1u << lane) - 1));
      if (mine) order[lower + before] = static_cast<std::int32_t>(pair);
      lower += __popc(all);
    }
  }
};

inline Status route(const CudaExecutor& executor, const ExecContext& context,
                    const RouteArgs& args) {
  const Arena::Scope scope(*context.workspace);
  const std::int64_t rows = args.x.shape[0];
  const std::int64_t width = args.router->cols;
  const std::int64_t experts = args.router->rows;
  const Routing& routing = args.routing;
  ARGES_ASSIGN_OR_RETURN(const TensorView logits, context.workspace->allocate({rows, experts}));
  ARGES_RETURN_IF_ERROR(
      each_warp(executor, rows,
                RmsNormed<float>{args.x.f32(), nullptr, args.norm.weight.f32(), width,
                                 args.norm.epsilon, args.inverse_rms.f32(), args.m.f32()}));
  ARGES_RETURN_IF_ERROR(each_warp(
      executor, rows * experts,
      LinearWarp{{args.m.f32(), Weight(*args.router), nullptr, Activation::kNone, logits.f32()}}));
  ARGES_RETURN_IF_ERROR(
      executor.each(rows, plain::ChooseBody{logits.f32(), experts, routing.ids.shape[1],
                                            routing.ids.i32(), routing.weights.f32()}));
  return each_warp(executor, experts + 1,
                   SortWarp{routing.ids.i32(), routing.order.shape[0], experts, routing.order.i32(),
                            routing.offsets.i32()});
}

// out[pair] = W of the pair's expert · x[pair / rows_of], for the pairs of all experts.
struct GroupedProduct {
  const void* weights[ExpertTable::kMost];  // [outputs, inputs] each
  int outputs;
  int inputs;
  const __nv_bfloat16* x;  // [·, inputs]
  int share;               // pairs that have one row of x
  const std::int32_t* order;
  const std::int32_t* offsets;
  float* out;  // [pairs, outputs]
};

// 32 outputs of one expert, for 8 rows at once where it has no more, else 32.
template <int kTiles>
__device__ void multiply_group(const GroupedProduct& args, const std::int32_t* pairs, int count,
                               cuda::SkinnyMemory& memory) {
  constexpr int kAtOnce = kTiles * cuda::kTokenTile;
  const int first_output = static_cast<int>(blockIdx.x) * cuda::kSkinnyOutputs;
  const auto* w = static_cast<const __nv_bfloat16*>(args.weights[blockIdx.y]);
  for (int first = 0; first < count; first += kAtOnce) {
    const std::int32_t* rows = pairs + first;
    const int here = min(count - first, kAtOnce);
    cuda::skinny_product<kTiles>(
        cuda::SkinnyMatrix{w, args.outputs, args.inputs, first_output}, here, memory,
        [&](int row) { return args.x + std::int64_t{rows[row] / args.share} * args.inputs; }, [] {},
        [&](int output, int row, float sum) {
          if (row >= here || first_output + output >= args.outputs) return;
          args.out[std::int64_t{rows[row]} * args.outputs + first_output + output] = sum;
        });
  }
}

static __global__ void __launch_bounds__(cuda::kSkinnyThreads, 2)
    grouped_product_kernel(const __grid_constant__ GroupedProduct args) {
  __shared__ cuda::SkinnyMemory memory;
  const int begin = args.offsets[blockIdx.y];
  const int count = args.offsets[blockIdx.y + 1] - begin;
  if (count == 0) return;
  if (count <= cuda::kTokenTile) {
    multiply_group<1>(args, args.order + begin, count, memory);
  } else {
    multiply_group<4>(args, args.order + begin, count, memory);
  }
}

inline Status grouped_product(const CudaExecutor& executor, const GroupedProduct& args,
                              std::int64_t experts) {
  cuda::LaunchShape shape;
  shape.blocks =
      dim3(static_cast<unsigned>((args.outputs + cuda::kSkinnyOutputs - 1) / cuda::kSkinnyOutputs),
           static_cast<unsigned>(experts));
  shape.threads = cuda::kSkinnyThreads;
  return cuda::launch_kernel(grouped_product_kernel, shape, args, executor.stream,
                             "launch of experts");
}

// SiLU of the gates ⊙ up, of rows where kGateRows of either take turns.
struct GateBody {
  const float* gate_up;  // [pairs, 2 · turns · kGateRows]
  std::int64_t stride;
  std::int64_t ffn;
  __nv_bfloat16* inner;

  __device__ void operator()(std::int64_t i) const {
    const std::int64_t column = i % ffn;
    const float* gate =
        gate_up + i / ffn * stride + column / kGateRows * 2 * kGateRows + column % kGateRows;
    inner[i] = __float2bfloat16_rn(plain::activate(gate[0], Activation::kSilu) * gate[kGateRows]);
  }
};

// A row's experts in the order of its choice, and the residual.
struct CombineBody {
  const float* rows;  // [pairs, width]
  const float* weights;
  std::int64_t slots;
  plain::ResidualRows residual;

  __device__ void operator()(std::int64_t i) const {
    const std::int64_t row = i / residual.width;
    const std::int64_t column = i % residual.width;
    float sum = 0.0f;
    for (std::int64_t pair = row * slots; pair < (row + 1) * slots; ++pair) {
      sum = fmaf(weights[pair], rows[pair * residual.width + column], sum);
    }
    residual.add(row, column, sum);
  }
};

inline bool are_for_tensor_cores(std::span<const Expert> experts) {
  for (const Expert& expert : experts) {
    if (!is_for_tensor_cores(expert.gate_up) || !is_for_tensor_cores(expert.down)) return false;
  }
  return std::ssize(experts) <= ExpertTable::kMost;
}

inline Status expert_ffn(const CudaExecutor& executor, const ExecContext& context,
                         const ExpertFfnArgs& args) {
  if (!are_for_tensor_cores(args.experts)) return plain::expert_ffn(executor, context, args);
  if (args.m.shape[0] == 0) return {};
  const Arena::Scope scope(*context.workspace);
  const std::int64_t hidden = args.m.shape[1];
  const std::int64_t slots = args.routing.ids.shape[1];
  const std::int64_t pairs = args.m.shape[0] * slots;
  const Matrix& gate_up = args.experts[0].gate_up;
  const std::int64_t ffn = args.experts[0].down.cols;
  ARGES_ASSIGN_OR_RETURN(__nv_bfloat16* const m, bf16_rows(context, args.m.shape[0], hidden));
  ARGES_ASSIGN_OR_RETURN(__nv_bfloat16* const inner, bf16_rows(context, pairs, ffn));
  ARGES_ASSIGN_OR_RETURN(const TensorView wide, context.workspace->allocate({pairs, gate_up.rows}));
  ARGES_ASSIGN_OR_RETURN(const TensorView rows, context.workspace->allocate({pairs, hidden}));
  GroupedProduct first{};
  GroupedProduct second{};
  for (std::size_t e = 0; e < args.experts.size(); ++e) {
    first.weights[e] = args.experts[e].gate_up.data;
    second.weights[e] = args.experts[e].down.data;
  }
  const auto fill = [&](GroupedProduct& product, const Matrix& weight, const __nv_bfloat16* x,
                        std::int64_t share, const TensorView& out) {
    product.outputs = static_cast<int>(weight.rows);
    product.inputs = static_cast<int>(weight.cols);
    product.x = x;
    product.share = static_cast<int>(share);
    product.order = args.routing.order.i32();
    product.offsets = args.routing.offsets.i32();
    product.out = out.f32();
  };
  fill(first, gate_up, m, slots, wide);
  fill(second, args.experts[0].down, inner, 1, rows);
  ARGES_RETURN_IF_ERROR(executor.each(args.m.shape.count(), NarrowBody{args.m.f32(), m}));
  ARGES_RETURN_IF_ERROR(grouped_product(executor, first, std::ssize(args.experts)));
  ARGES_RETURN_IF_ERROR(executor.each(pairs * ffn, GateBody{wide.f32(), gate_up.rows, ffn, inner}));
  ARGES_RETURN_IF_ERROR(grouped_product(executor, second, std::ssize(args.experts)));
  return executor.each(args.m.shape.count(),
                       CombineBody{rows.f32(), args.routing.weights.f32(), slots,
                                   plain::ResidualRows(args.residual)});
}

}  // namespace arges::kernels::mixed
