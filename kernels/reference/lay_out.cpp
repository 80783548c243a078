// SPDX-License-Identifier: Apache-2.0
#include <memory>
#include <utility>
#include <vector>

#include "kernels/backend.h"
#include "kernels/base/memory.h"
#include "kernels/reference/backend.h"
#include "kernels/reference/scalar.h"

namespace arges::kernels::reference {
namespace {

// Every row quantised, [rows, groups] of QuantisedGroup.
Status quantise(const LayOutArgs& args, Matrix& matrix) {
  const std::int64_t groups = group_count(args.groups, matrix.cols);
  ARGES_ASSIGN_OR_RETURN(
      Memory memory,
      Memory::allocate(static_cast<std::size_t>(matrix.rows * groups) * sizeof(QuantisedGroup)));
  auto* out = reinterpret_cast<QuantisedGroup*>(memory.data());
  std::vector<float> row(static_cast<std::size_t>(matrix.cols));
  for (std::int64_t r = 0; r < matrix.rows; ++r) {
    copy_laid_out_row(args.sources, DType::kF32, r, row.data());
    for (std::int64_t g = 0; g < groups; ++g) *out++ = quantised(args.groups, row, g);
  }
  matrix.data = memory.data();
  matrix.owner = std::make_shared<Memory>(std::move(memory));
  return {};
}

}  // namespace

template <typename Real>
Status lay_out(const ExecContext& context, const LayOutArgs& args) {
  const MatrixSource& first = args.sources[0];
  Matrix matrix;
  matrix.rows = laid_out_rows(args.sources);
  matrix.cols = first.cols;
  matrix.dtype = args.dtype;
  matrix.row_type = args.row_type;
  matrix.layout = MatrixLayout::kRowMajor;
  matrix.device = context.backend->device;
  matrix.groups = args.groups;
  matrix.data = first.data;
  if (args.dtype == DType::kI8) {
    ARGES_RETURN_IF_ERROR(quantise(args, matrix));
    *args.out = std::move(matrix);
    return {};
  }
  const bool in_place = args.sources.size() == 1 && first.dtype == args.dtype &&
                        (first.row_stride == first.cols || first.rows <= 1);
  if (!in_place) {
    const std::size_t row_bytes = static_cast<std::size_t>(first.cols) * dtype_size(args.dtype);
    ARGES_ASSIGN_OR_RETURN(Memory memory,
                           Memory::allocate(static_cast<std::size_t>(matrix.rows) * row_bytes));
    for (std::int64_t row = 0; row < matrix.rows; ++row) {
      copy_laid_out_row(args.sources, args.dtype, row,
                        memory.data() + static_cast<std::size_t>(row) * row_bytes);
    }
    matrix.data = memory.data();
    matrix.owner = std::make_shared<Memory>(std::move(memory));
  }
  *args.out = std::move(matrix);
  return {};
}

ARGES_REFERENCE_OP(lay_out, LayOutArgs)

}  // namespace arges::kernels::reference
