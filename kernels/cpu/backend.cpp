// SPDX-License-Identifier: Apache-2.0
#include "kernels/cpu/backend.h"

#include "kernels/backend.h"
#include "kernels/cpu/dot_product.h"

namespace arges::kernels {

const Backend& cpu_backend() {
  static const Backend kBackend = {
      .name = "cpu",
      .device = &host_device(),
      .layout = MatrixLayout::kPanels,
#define ARGES_OP(op, Args) .op = cpu::op,
      .ops = {ARGES_FOR_EACH_OP(ARGES_OP)},
#undef ARGES_OP
      .kv_page_tokens = 128,
      .tiles_at_once = 2,
      .bf16_rows = !cpu::dot_units().empty(),
      .i8_rows = true,
  };
  return kBackend;
}

}  // namespace arges::kernels
