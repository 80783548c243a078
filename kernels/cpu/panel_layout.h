// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/base/matrix.h"
#include "kernels/cpu/dot_product.h"
#include "kernels/cpu/integer_product.h"
#include "kernels/cpu/panel_product.h"

namespace arges::kernels::cpu {

// Inputs in a panel of this weight, padding included.
inline std::int64_t panel_inputs(const Matrix& weight) {
  switch (weight.row_type) {
    case DType::kBF16:
      return padded_inputs(weight.cols);
    case DType::kI8:
      return group_count(weight.groups, weight.cols) * weight.groups.inputs;
    default:
      return weight.cols;
  }
}

// Bytes of a stretch of a panel: of whole groups, where there are groups.
inline std::int64_t stretch_bytes(const Matrix& weight, std::int64_t inputs) {
  if (weight.dtype == DType::kI8) {
    return inputs / weight.groups.inputs * PanelGroups{weight.groups}.group_bytes();
  }
  return inputs * kPanel * static_cast<std::int64_t>(dtype_size(weight.dtype));
}

inline std::int64_t panel_bytes(const Matrix& weight) {
  return stretch_bytes(weight, panel_inputs(weight));
}

// Where input `input` of a panel lies, the first of a group where there are groups.
inline const std::byte* weight_at(const Matrix& weight, std::int64_t panel, std::int64_t input) {
  return static_cast<const std::byte*>(weight.data) + panel * panel_bytes(weight) +
         stretch_bytes(weight, input);
}

}  // namespace arges::kernels::cpu
