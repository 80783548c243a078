// SPDX-License-Identifier: Apache-2.0
#include "tests/kernels/plain_on_host.h"

#include "kernels/cuda/plain/attention.h"
#include "kernels/cuda/plain/experts.h"
#include "kernels/cuda/plain/lay_out.h"
#include "kernels/cuda/plain/lightning.h"
#include "kernels/cuda/plain/products.h"
#include "kernels/cuda/plain/rows.h"

namespace arges::kernels {
namespace {

// lay_out is host code already.
Status lay_out(const plain::HostExecutor&, const ExecContext& context, const LayOutArgs& args) {
  return plain::lay_out(context, args);
}

template <class Args, Status (*kOp)(const plain::HostExecutor&, const ExecContext&, const Args&)>
Status run(const ExecContext& context, const Args& args) {
  return kOp(plain::HostExecutor(), context, args);
}

}  // namespace

const Backend& plain_on_host_backend() {
  using plain::bidirectional_attention, plain::causal, plain::copy_rows, plain::embed;
  using plain::expert_ffn, plain::head, plain::layer_norm, plain::lightning, plain::linear;
  using plain::linear_residual, plain::norm_linear, plain::patch_embedding, plain::route;
  using plain::scaled_add;
  static const Backend kBackend = {
      .name = "plain_on_host",
      .device = &host_device(),
      .layout = MatrixLayout::kRowMajor,
#define ARGES_OP(op, Args) .op = run<Args, op>,
      .ops = {ARGES_FOR_EACH_OP(ARGES_OP)},
#undef ARGES_OP
      .kv_page_tokens = 128,
      .tiles_at_once = 2,
  };
  return kBackend;
}

}  // namespace arges::kernels
