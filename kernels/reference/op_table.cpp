// SPDX-License-Identifier: Apache-2.0
#include "kernels/op_table.h"

#include "kernels/reference/backend.h"

namespace arges::kernels {

const OpTable& reference_ops() {
  static constexpr OpTable kTable = {
      .name = "reference",
      .device = Device::kCpu,
      .layout = MatrixLayout::kRowMajor,
      .pack_matrix = reference::pack_matrix,
      .embedding = reference::embedding,
      .rms_norm = reference::rms_norm,
      .layer_norm = reference::layer_norm,
      .linear = reference::linear,
      .rotary_embedding = reference::rotary_embedding,
      .lightning_attention = reference::lightning_attention,
      .causal_attention = reference::causal_attention,
      .bidirectional_attention = reference::bidirectional_attention,
      .route_top_k = reference::route_top_k,
      .expert_ffn = reference::expert_ffn,
      .patch_embedding = reference::patch_embedding,
      .scaled_add = reference::scaled_add,
      .multiply = reference::multiply,
      .copy_rows = reference::copy_rows,
  };
  return kTable;
}

}  // namespace arges::kernels
