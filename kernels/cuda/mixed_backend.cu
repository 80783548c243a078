// SPDX-License-Identifier: Apache-2.0
#include "kernels/cuda/mixed_backend.h"

#include "kernels/cuda/mixed/attention.cuh"
#include "kernels/cuda/mixed/experts.cuh"
#include "kernels/cuda/mixed/lightning.cuh"
#include "kernels/cuda/mixed/products.cuh"
#include "kernels/cuda/plain/lay_out.h"
#include "kernels/cuda/plain/rows.h"

namespace arges::kernels::mixed {

namespace {

using plain::copy_rows, plain::embed, plain::scaled_add;

// lay_out is host code.
Status lay_out(const CudaExecutor&, const ExecContext& context, const LayOutArgs& args) {
  return plain::lay_out(context, args);
}

Status layer_norm(const CudaExecutor& executor, const ExecContext&, const LayerNormArgs& args) {
  return each_warp(executor, args.x.shape[0],
                   LayerNorm{args.x.f32(), args.weight.f32(), args.bias.f32(), args.epsilon,
                             args.x.shape[1], args.out.f32()});
}

Status layer_norm_linear(const CudaExecutor& executor, const ExecContext& context,
                         const LayerNormLinearArgs& args) {
  const Arena::Scope scope(*context.workspace);
  ARGES_ASSIGN_OR_RETURN(const TensorView normed, context.workspace->allocate(args.x.shape));
  ARGES_RETURN_IF_ERROR(layer_norm(
      executor, context, {args.x, args.norm_weight, args.norm_bias, args.epsilon, normed}));
  return linear(executor, context, {normed, args.weight, args.bias, args.activation, args.out});
}

}  // namespace

// The list's names are those of this namespace.
#define ARGES_OP(op, Args) .op = cuda::run_op<Args, op>,
constexpr OpTable kOps = {ARGES_FOR_EACH_OP(ARGES_OP)};
#undef ARGES_OP

}  // namespace arges::kernels::mixed

namespace arges::kernels::cuda {

Result<std::shared_ptr<const Backend>> mixed_backend(int card) {
  return make_card_backend(card, mixed::kOps, true);
}

}  // namespace arges::kernels::cuda
