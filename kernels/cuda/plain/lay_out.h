// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "kernels/backend.h"
#include "kernels/base/exec_context.h"
#include "kernels/base/memory.h"
#include "kernels/ops/lay_out.h"

namespace arges::kernels::plain {

// Row-major in the device's memory, a few megabytes of rows at a time. Host code.
template <class Executor>
Status lay_out(const Executor&, const ExecContext& context, const LayOutArgs& args) {
  constexpr std::size_t kPiece = std::size_t{8} << 20;
  Device& device = *context.backend->device;
  Matrix matrix;
  matrix.rows = laid_out_rows(args.sources);
  matrix.cols = args.sources[0].cols;
  matrix.dtype = args.dtype;
  matrix.layout = MatrixLayout::kRowMajor;
  matrix.device = &device;
  const std::size_t row_bytes = static_cast<std::size_t>(matrix.cols) * dtype_size(args.dtype);
  ARGES_ASSIGN_OR_RETURN(
      Memory memory, Memory::allocate(static_cast<std::size_t>(matrix.rows) * row_bytes, device));
  const auto at_once = static_cast<std::int64_t>(
      std::max<std::size_t>(1, kPiece / std::max<std::size_t>(1, row_bytes)));
  std::vector<std::byte> piece;
  for (std::int64_t first = 0; first < matrix.rows; first += at_once) {
    const std::int64_t count = std::min(at_once, matrix.rows - first);
    piece.resize(static_cast<std::size_t>(count) * row_bytes);
    for (std::int64_t row = 0; row < count; ++row) {
      copy_laid_out_row(args.sources, args.dtype, first + row,
                        piece.data() + static_cast<std::size_t>(row) * row_bytes);
    }
    ARGES_RETURN_IF_ERROR(device.upload(memory.data() + static_cast<std::size_t>(first) * row_bytes,
                                        piece.data(), piece.size()));
  }
  matrix.data = memory.data();
  matrix.owner = std::make_shared<Memory>(std::move(memory));
  *args.out = std::move(matrix);
  return {};
}

}  // namespace arges::kernels::plain
