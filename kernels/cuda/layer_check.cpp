// SPDX-License-Identifier: Apache-2.0
#include "kernels/cuda/layer_check.h"

#include <limits>

namespace arges::kernels::cuda {

namespace {

bool aligned(const void* pointer) {
  return pointer != nullptr && reinterpret_cast<std::uintptr_t>(pointer) % 16 == 0;
}

bool fits(std::int64_t stride, std::int64_t columns) {
  return stride % 8 == 0 && stride >= columns;
}

}  // namespace

Status check_layer(const LightningLayer& layer) {
  const std::int64_t width = static_cast<std::int64_t>(layer.heads) * kHeadWidth;
  if (layer.heads < 1 || layer.row_count < 1 ||
      layer.row_count > std::numeric_limits<std::int32_t>::max()) {
    return invalid_argument("lightning: no heads, no rows, or too many rows");
  }
  if (!aligned(layer.rows) || !aligned(layer.z) || !aligned(layer.states) ||
      layer.slopes == nullptr) {
    return invalid_argument("lightning: a pointer is missing or not aligned to 16 bytes");
  }
  if (!fits(layer.row_stride, 3 * width) || !fits(layer.z_stride, width)) {
    return invalid_argument("lightning: rows are narrower than the heads or not in 16-byte steps");
  }
  if (layer.gate_column < 0) return {};
  if (layer.gate_column % 8 != 0 || !aligned(layer.norm) ||
      !fits(layer.row_stride, layer.gate_column + width)) {
    return invalid_argument("lightning: the gate's columns do not lie within the rows, or no norm");
  }
  return {};
}

}  // namespace arges::kernels::cuda
