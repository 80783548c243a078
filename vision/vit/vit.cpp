// SPDX-License-Identifier: Apache-2.0
#include "vision/vit/vit.h"

#include "kernels/op_table.h"
#include "vision/vit/vit_layer.h"

namespace arges::vision {

Status vit_forward(const kernels::ExecContext& context, const VitConfig& config,
                   const VitWeights& weights, ConstTensorView pixels, const StopCheck& stop,
                   TensorView out) {
  ARGES_RETURN_IF_ERROR(
      kernels::patch_embedding(context, {pixels, &weights.patch_embedding, config.patch,
                                         weights.class_embedding, weights.positions, out}));
  const TensorView rows = out.reshaped({out.shape[0] * out.shape[1], config.hidden_size});
  ARGES_RETURN_IF_ERROR(kernels::layer_norm(
      context, {rows, weights.pre_norm.weight, weights.pre_norm.bias, config.norm_epsilon, rows}));
  for (const VitLayerWeights& layer : weights.layers) {
    ARGES_RETURN_IF_ERROR(stop());
    ARGES_RETURN_IF_ERROR(vit_layer(context, config, layer, out));
  }
  return {};
}

}  // namespace arges::vision
