// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>

#include "kernels/base/quantise.h"
#include "kernels/base/tensor_view.h"

namespace arges {

// How a weight matrix lies in memory.
enum class MatrixLayout : std::uint8_t {
  kRowMajor,  // [rows, cols] as in the checkpoint
  kPanels,    // [ceil(rows / panel), cols, panel], the last panel padded with zero rows
};

// The weight of a linear map y = W·x, W of `rows` outputs by `cols` inputs, in the form one
// backend wants. Made only by the backend's lay_out. Copyable: copies share the storage.
struct Matrix {
  std::int64_t rows = 0;
  std::int64_t cols = 0;
  DType dtype = DType::kF32;  // kF32, kBF16 or kF16; kI8: quantised, in `groups`
  // What a row of inputs is brought to before it is multiplied: kF32, as it is; kBF16, rounded to
  // nearest even, then dtype is kBF16, too; kI8, quantised in the weight's groups, when dtype is.
  DType row_type = DType::kF32;
  GroupFormat groups;  // when dtype is kI8
  MatrixLayout layout = MatrixLayout::kRowMajor;
  const Device* device = nullptr;
  const void* data = nullptr;
  std::shared_ptr<const void> owner;  // keeps data alive; null when the checkpoint does

  bool empty() const { return data == nullptr; }
};

}  // namespace arges
