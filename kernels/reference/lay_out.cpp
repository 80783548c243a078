// SPDX-License-Identifier: Apache-2.0
#include <memory>
#include <utility>
#include <vector>

#include "kernels/backend.h"
#include "kernels/base/memory.h"
#include "kernels/base/panel_groups.h"
#include "kernels/reference/backend.h"
#include "kernels/reference/scalar.h"

namespace arges::kernels::reference {
namespace {

// Every row quantised.
void quantise(const LayOutArgs& args, const Matrix& matrix, QuantisedGroup* out) {
  const std::int64_t groups = group_count(args.groups, matrix.cols);
  std::vector<float> row(static_cast<std::size_t>(matrix.cols));
  for (std::int64_t r = 0; r < matrix.rows; ++r) {
    copy_laid_out_row(args.sources, DType::kF32, r, row.data());
    for (std::int64_t g = 0; g < groups; ++g) *out++ = quantised(args.groups, row, g);
  }
}

// Every row out of its panel.
void unpack(const LayOutArgs& args, const Matrix& matrix, QuantisedGroup* out) {
  const std::int64_t groups = group_count(args.groups, matrix.cols);
  const std::int64_t group_bytes = PanelGroups{args.groups}.group_bytes();
  for (std::int64_t r = 0; r < matrix.rows; ++r) {
    const std::byte* panel = args.panels.data + r / kPanelOutputs * groups * group_bytes;
    for (std::int64_t g = 0; g < groups; ++g) {
      *out = {};
      out->scale = unpack_panel_group(args.groups, panel + g * group_bytes, r % kPanelOutputs,
                                      out->integers);
      ++out;
    }
  }
}

// [rows, groups] of QuantisedGroup.
Status lay_out_groups(const LayOutArgs& args, Matrix& matrix) {
  const std::int64_t groups = group_count(args.groups, matrix.cols);
  ARGES_ASSIGN_OR_RETURN(
      Memory memory,
      Memory::allocate(static_cast<std::size_t>(matrix.rows * groups) * sizeof(QuantisedGroup)));
  auto* out = reinterpret_cast<QuantisedGroup*>(memory.data());
  if (args.panels.data != nullptr) {
    unpack(args, matrix, out);
  } else {
    quantise(args, matrix, out);
  }
  matrix.data = memory.data();
  matrix.owner = std::make_shared<Memory>(std::move(memory));
  return {};
}

}  // namespace

template <typename Real>
Status lay_out(const ExecContext& context, const LayOutArgs& args) {
  const bool in_panels = args.panels.data != nullptr;
  Matrix matrix;
  matrix.rows = in_panels ? args.panels.rows : laid_out_rows(args.sources);
  matrix.cols = in_panels ? args.panels.cols : args.sources[0].cols;
  matrix.dtype = args.dtype;
  matrix.row_type = args.row_type;
  matrix.layout = MatrixLayout::kRowMajor;
  matrix.device = context.backend->device;
  matrix.groups = args.groups;
  if (args.dtype == DType::kI8) {
    ARGES_RETURN_IF_ERROR(lay_out_groups(args, matrix));
    *args.out = std::move(matrix);
    return {};
  }
  const MatrixSource& first = args.sources[0];
  matrix.data = first.data;
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
