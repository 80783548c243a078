// SPDX-License-Identifier: Apache-2.0
#include "kernels/cuda/plain_backend.h"

#include "kernels/cuda/op_executor.cuh"
#include "kernels/cuda/plain/attention.h"
#include "kernels/cuda/plain/experts.h"
#include "kernels/cuda/plain/lay_out.h"
#include "kernels/cuda/plain/lightning.h"
#include "kernels/cuda/plain/products.h"
#include "kernels/cuda/plain/rows.h"

namespace arges::kernels::plain {

namespace {

// The list's names are those of this namespace.
#define ARGES_OP(op, Args) .op = cuda::run_op<Args, op>,
constexpr OpTable kOps = {ARGES_FOR_EACH_OP(ARGES_OP)};
#undef ARGES_OP

}  // namespace

}  // namespace arges::kernels::plain

namespace arges::kernels::cuda {

Result<std::shared_ptr<const Backend>> plain_backend(int card) {
  return make_card_backend(card, plain::kOps, false);
}

}  // namespace arges::kernels::cuda
