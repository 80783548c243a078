// SPDX-License-Identifier: Apache-2.0
#include "kernels/op_table.h"

#include "kernels/cpu/backend.h"

namespace arges::kernels {

const OpTable& cpu_ops() {
  static constexpr OpTable kTable = {
      .name = "cpu",
      .device = Device::kCpu,
      .layout = MatrixLayout::kPanels,
      .pack_matrix = cpu::pack_matrix,
      .embedding = cpu::embedding,
      .rms_norm = cpu::rms_norm,
      .layer_norm = cpu::layer_norm,
      .linear = cpu::linear,
      .rotary_embedding = cpu::rotary_embedding,
      .lightning_attention = cpu::lightning_attention,
      .causal_attention = cpu::causal_attention,
      .bidirectional_attention = cpu::bidirectional_attention,
      .route_top_k = cpu::route_top_k,
      .expert_ffn = cpu::expert_ffn,
      .patch_embedding = cpu::patch_embedding,
      .scaled_add = cpu::scaled_add,
      .multiply = cpu::multiply,
      .copy_rows = cpu::copy_rows,
  };
  return kTable;
}

}  // namespace arges::kernels
