// SPDX-License-Identifier: Apache-2.0
#include "kernels/cuda/plain_backend.h"

#include "kernels/cuda/op_executor.cuh"
#include "kernels/cuda/plain/attention.h"
#include "kernels/cuda/plain/experts.h"
#include "kernels/cuda/plain/lay_out.h"
#include "kernels/cuda/plain/lightning.h"
#include "kernels/cuda/plain/products.h"
#include "kernels/cuda/plain/rows.h"

namespace arges::kernels::cuda {

namespace {

// lay_out is host code.
Status lay_out(const CudaExecutor&, const ExecContext& context, const LayOutArgs& args) {
  return plain::lay_out(context, args);
}

}  // namespace

Result<std::shared_ptr<const Backend>> plain_backend(int card) {
  using plain::bidirectional_attention, plain::causal, plain::copy_rows, plain::embed;
  using plain::expert_ffn, plain::head, plain::layer_norm, plain::layer_norm_linear,
      plain::lightning, plain::linear;
  using plain::linear_residual, plain::norm_linear, plain::patch_embedding, plain::route;
  using plain::scaled_add;
#define ARGES_OP(op, Args) .op = run_op<Args, op>,
  return make_card_backend(card, {ARGES_FOR_EACH_OP(ARGES_OP)}, false);
#undef ARGES_OP
}

}  // namespace arges::kernels::cuda
