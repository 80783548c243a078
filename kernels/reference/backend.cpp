// SPDX-License-Identifier: Apache-2.0
#include "kernels/reference/backend.h"

#include "kernels/backend.h"

namespace arges::kernels {
namespace {

template <typename Real>
Backend make_backend(const char* name) {
  return {
      .name = name,
      .device = &host_device(),
      .layout = MatrixLayout::kRowMajor,
#define ARGES_OP(op, Args) .op = reference::op<Real>,
      .ops = {ARGES_FOR_EACH_OP(ARGES_OP)},
#undef ARGES_OP
      .kv_page_tokens = 128,
      .tiles_at_once = 2,
      .bf16_rows = true,
      .i8_rows = true,
  };
}

}  // namespace

const Backend& reference_backend() {
  static const Backend kBackend = make_backend<float>("reference");
  return kBackend;
}

const Backend& double_reference_backend() {
  static const Backend kBackend = make_backend<double>("double reference");
  return kBackend;
}

}  // namespace arges::kernels
