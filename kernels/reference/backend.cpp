// SPDX-License-Identifier: Apache-2.0
#include "kernels/reference/backend.h"

#include "kernels/backend.h"

namespace arges::kernels {

const Backend& reference_backend() {
  static const Backend kBackend = {
      .name = "reference",
      .device = &host_device(),
      .layout = MatrixLayout::kRowMajor,
#define ARGES_OP(op, Args) .op = reference::op,
      .ops = {ARGES_FOR_EACH_OP(ARGES_OP)},
#undef ARGES_OP
      .kv_page_tokens = 128,
      .tiles_at_once = 2,
      .bf16_rows = true,
  };
  return kBackend;
}

}  // namespace arges::kernels
