// SPDX-License-Identifier: Apache-2.0
#include "vision/vit/vit_layer.h"

#include <cmath>

#include "kernels/op_table.h"

namespace arges::vision {
namespace {

using kernels::Activation;

Status apply(const kernels::ExecContext& context, const Affine& affine, ConstTensorView x,
             Activation activation, TensorView out) {
  return kernels::linear(context, {x, &affine.weight, affine.bias, activation, out});
}

// out = W_out · attention of the normed rows; rows are [tiles · tokens, hidden].
Status attend(const kernels::ExecContext& context, const VitConfig& config,
              const VitLayerWeights& weights, ConstTensorView normed, Shape heads_shape,
              TensorView out) {
  const Arena::Scope scope(*context.workspace);
  ARGES_ASSIGN_OR_RETURN(TensorView q, context.workspace->allocate(normed.shape));
  ARGES_ASSIGN_OR_RETURN(TensorView k, context.workspace->allocate(normed.shape));
  ARGES_ASSIGN_OR_RETURN(TensorView v, context.workspace->allocate(normed.shape));
  ARGES_RETURN_IF_ERROR(apply(context, weights.q, normed, Activation::kNone, q));
  ARGES_RETURN_IF_ERROR(apply(context, weights.k, normed, Activation::kNone, k));
  ARGES_RETURN_IF_ERROR(apply(context, weights.v, normed, Activation::kNone, v));
  ARGES_ASSIGN_OR_RETURN(TensorView mixed, context.workspace->allocate(normed.shape));
  const auto scale = static_cast<float>(1.0 / std::sqrt(static_cast<double>(config.head_dim())));
  ARGES_RETURN_IF_ERROR(kernels::bidirectional_attention(
      context, {q.reshaped(heads_shape), k.reshaped(heads_shape), v.reshaped(heads_shape), scale,
                mixed.reshaped(heads_shape), weights.q.weight.row_type}));
  return apply(context, weights.out, mixed, Activation::kNone, out);
}

Status feed_forward(const kernels::ExecContext& context, const VitConfig& config,
                    const VitLayerWeights& weights, ConstTensorView rows, TensorView out) {
  const Arena::Scope scope(*context.workspace);
  ARGES_ASSIGN_OR_RETURN(TensorView wide,
                         context.workspace->allocate({rows.shape[0], config.ffn_size}));
  ARGES_RETURN_IF_ERROR(kernels::layer_norm_linear(context, {.x = rows,
                                                             .norm_weight = weights.norm2.weight,
                                                             .norm_bias = weights.norm2.bias,
                                                             .epsilon = config.norm_epsilon,
                                                             .weight = &weights.fc1.weight,
                                                             .bias = weights.fc1.bias,
                                                             .activation = Activation::kGeluErf,
                                                             .out = wide}));
  return apply(context, weights.fc2, wide, Activation::kNone, out);
}

Status normalise(const kernels::ExecContext& context, const VitConfig& config, const Norm& norm,
                 ConstTensorView x, TensorView out) {
  return kernels::layer_norm(context, {x, norm.weight, norm.bias, config.norm_epsilon, out});
}

}  // namespace

Status vit_layer(const kernels::ExecContext& context, const VitConfig& config,
                 const VitLayerWeights& weights, TensorView x) {
  const Arena::Scope scope(*context.workspace);
  const TensorView rows = x.reshaped({x.shape[0] * x.shape[1], config.hidden_size});
  const Shape heads_shape{x.shape[0], x.shape[1], config.num_heads, config.head_dim()};
  ARGES_ASSIGN_OR_RETURN(TensorView normed, context.workspace->allocate(rows.shape));
  ARGES_ASSIGN_OR_RETURN(TensorView branch, context.workspace->allocate(rows.shape));

  ARGES_RETURN_IF_ERROR(normalise(context, config, weights.norm1, rows, normed));
  ARGES_RETURN_IF_ERROR(attend(context, config, weights, normed, heads_shape, branch));
  ARGES_RETURN_IF_ERROR(kernels::scaled_add(context, {rows, branch, 1.0f, 1.0f, rows}));

  ARGES_RETURN_IF_ERROR(feed_forward(context, config, weights, rows, branch));
  return kernels::scaled_add(context, {rows, branch, 1.0f, 1.0f, rows});
}

}  // namespace arges::vision
