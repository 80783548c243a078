// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>

#include "kernels/base/tensor_view.h"

namespace arges {

// How a weight matrix lies in memory.
enum class MatrixLayout : std::uint8_t {
  kRowMajor,  // [rows, cols] as in the checkpoint
  kPanels,    // [ceil(rows / panel), cols, panel], the last panel padded with zero rows
};

// The weight of a linear map y = W·x, W of `rows` outputs by `cols` inputs, in the form one
// backend wants. Made only by OpTable::pack_matrix, which is where a backend repacks or quantises.
// Copyable: copies share the storage.
struct Matrix {
  std::int64_t rows = 0;
  std::int64_t cols = 0;
  DType dtype = DType::kF32;  // kF32, kBF16 or kF16
  MatrixLayout layout = MatrixLayout::kRowMajor;
  std::int64_t panel = 1;  // rows in a panel when layout is kPanels
  Device device = Device::kCpu;
  const void* data = nullptr;
  std::shared_ptr<const void> owner;  // keeps data alive; null when the checkpoint does

  bool empty() const { return data == nullptr; }
};

}  // namespace arges
