// SPDX-License-Identifier: Apache-2.0
#include "vision/projector/projector.h"

#include "kernels/op_table.h"

namespace arges::vision {

Status project_features(const kernels::ExecContext& context, const ProjectorWeights& weights,
                        ConstTensorView x, TensorView out) {
  using kernels::Activation;
  const Arena::Scope scope(*context.workspace);
  const std::int64_t wide = weights.linear1.weight.rows;
  ARGES_ASSIGN_OR_RETURN(TensorView middle, context.workspace->allocate({x.shape[0], wide}));
  ARGES_RETURN_IF_ERROR(kernels::linear(
      context, {x, &weights.linear1.weight, weights.linear1.bias, Activation::kGeluErf, middle}));
  return kernels::linear(
      context, {middle, &weights.linear2.weight, weights.linear2.bias, Activation::kNone, out});
}

}  // namespace arges::vision
