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

// The list's names are those of this namespace, and plain's where it has no op of its own.
using namespace plain;  // NOLINT(google-build-using-namespace)

#define ARGES_OP(op, Args) .op = cuda::run_op<Args, op>,
constexpr OpTable kOps = {ARGES_FOR_EACH_OP(ARGES_OP)};
#undef ARGES_OP

}  // namespace

}  // namespace arges::kernels::mixed

namespace arges::kernels::cuda {

Result<std::shared_ptr<const Backend>> mixed_backend(int card) {
  return make_card_backend(card, mixed::kOps, true);
}

}  // namespace arges::kernels::cuda
