// SPDX-License-Identifier: Apache-2.0
#include "language/model/softmax_block.h"

#include <cmath>

#include "kernels/ops/linear.h"
#include "kernels/ops/rotary_embedding.h"

namespace arges::language {
namespace {

// W x as [n, heads, D].
Result<TensorView> project(const kernels::ExecContext& context, ConstTensorView x,
                           const Matrix& weight, std::int64_t heads, std::int64_t dim) {
  const std::int64_t n = x.shape[0];
  ARGES_ASSIGN_OR_RETURN(TensorView out, context.workspace->allocate({n, heads * dim}));
  ARGES_RETURN_IF_ERROR(
      kernels::linear(context, {x, &weight, {}, kernels::Activation::kNone, out}));
  return out.reshaped({n, heads, dim});
}

}  // namespace

Status softmax_block(const kernels::ExecContext& context, const DecoderConfig& config,
                     const SoftmaxWeights& weights, ConstTensorView normed,
                     ConstTensorView positions, std::span<const kernels::SequenceSpan> sequences,
                     std::span<const kernels::KvPages> caches, TensorView out) {
  const Arena::Scope scope(*context.workspace);
  const std::int64_t n = normed.shape[0];
  const std::int64_t dim = config.head_dim;
  ARGES_ASSIGN_OR_RETURN(TensorView q, project(context, normed, weights.q, config.num_heads, dim));
  ARGES_ASSIGN_OR_RETURN(TensorView k,
                         project(context, normed, weights.k, config.num_kv_heads, dim));
  ARGES_ASSIGN_OR_RETURN(TensorView v,
                         project(context, normed, weights.v, config.num_kv_heads, dim));
  for (const TensorView& rotated : {q, k}) {
    ARGES_RETURN_IF_ERROR(kernels::rotary_embedding(
        context, {rotated, positions, config.rotary_dim, config.rope_theta}));
  }
  const auto scale = static_cast<float>(1.0 / std::sqrt(static_cast<double>(dim)));
  ARGES_ASSIGN_OR_RETURN(TensorView mixed, context.workspace->allocate({n, config.num_heads, dim}));
  ARGES_RETURN_IF_ERROR(
      kernels::causal_attention(context, {q, k, v, sequences, caches, scale, mixed}));
  return kernels::linear(context, {mixed.reshaped({n, config.attention_width()}),
                                   &weights.out,
                                   {},
                                   kernels::Activation::kNone,
                                   out});
}

}  // namespace arges::language
