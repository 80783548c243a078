// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <span>
#include <utility>

#include "kernels/backend.h"
#include "kernels/base/checked_math.h"
#include "kernels/cpu/backend.h"
#include "kernels/cpu/panel_layout.h"
#include "kernels/cpu/parallel.h"
#include "kernels/cpu/wanted_unit.h"

namespace arges::kernels::cpu {
namespace {

// Rows of one panel, [kPanel, cols], to the panel itself, [cols, kPanel].
template <typename T>
void turn(const void* rows, std::int64_t cols, std::byte* out) {
  const T* in = static_cast<const T*>(rows);
  T* panel = reinterpret_cast<T*>(out);
  for (std::int64_t j = 0; j < kPanel; ++j) {
    for (std::int64_t i = 0; i < cols; ++i) panel[i * kPanel + j] = in[j * cols + i];
  }
}

// The same in pairs of inputs, [padded_inputs(cols) / 2, kPanel, 2].
void turn_pairs(const void* rows, std::int64_t cols, std::byte* out) {
  const auto* in = static_cast<const std::uint16_t*>(rows);
  auto* panel = reinterpret_cast<std::uint16_t*>(out);
  std::fill_n(panel, padded_inputs(cols) * kPanel, std::uint16_t{0});
  for (std::int64_t j = 0; j < kPanel; ++j) {
    for (std::int64_t i = 0; i < cols; ++i) {
      panel[(i / 2 * kPanel + j) * 2 + i % 2] = in[j * cols + i];
    }
  }
}

// A panel of quantised weights; outputs behind the last have scales of 0. `scratch` holds a row.
void quantise_panel(const LayOutArgs& args, std::int64_t panel, std::byte* scratch,
                    std::span<std::byte> out) {
  const std::int64_t rows = laid_out_rows(args.sources);
  auto* row = reinterpret_cast<float*>(scratch);
  std::ranges::fill(out, std::byte{0});
  for (std::int64_t j = 0; j < kPanel && panel * kPanel + j < rows; ++j) {
    copy_laid_out_row(args.sources, DType::kF32, panel * kPanel + j, row);
    pack_panel_row(args.groups, row, args.sources[0].cols, j, out.data());
  }
}

// Panel `panel`; rows behind the last are zero. `scratch` holds its rows.
void lay_out_panel(const LayOutArgs& args, std::int64_t panel, std::byte* scratch, std::byte* out) {
  const std::int64_t cols = args.sources[0].cols;
  const std::size_t row_bytes = static_cast<std::size_t>(cols) * dtype_size(args.dtype);
  const std::int64_t rows = laid_out_rows(args.sources);
  for (std::int64_t j = 0; j < kPanel; ++j) {
    std::byte* row = scratch + static_cast<std::size_t>(j) * row_bytes;
    if (panel * kPanel + j < rows) {
      copy_laid_out_row(args.sources, args.dtype, panel * kPanel + j, row);
    } else {
      std::fill_n(row, row_bytes, std::byte{0});
    }
  }
  if (args.row_type == DType::kBF16) {
    turn_pairs(scratch, cols, out);
  } else if (dtype_size(args.dtype) == 2) {
    turn<std::uint16_t>(scratch, cols, out);
  } else {
    turn<std::uint32_t>(scratch, cols, out);
  }
}

// What is asked for, without its data.
Matrix describe(const ExecContext& context, const LayOutArgs& args) {
  const bool lies_so = args.panels.data != nullptr;
  Matrix matrix;
  matrix.rows = lies_so ? args.panels.rows : laid_out_rows(args.sources);
  matrix.cols = lies_so ? args.panels.cols : args.sources[0].cols;
  matrix.dtype = args.dtype;
  matrix.row_type = args.row_type;
  matrix.groups = args.groups;
  matrix.layout = MatrixLayout::kPanels;
  matrix.device = context.backend->device;
  return matrix;
}

}  // namespace

Status lay_out(const ExecContext& context, const LayOutArgs& args) {
  if (args.row_type != DType::kF32) ARGES_RETURN_IF_ERROR(check_wanted_unit());
  Matrix matrix = describe(context, args);
  if (args.panels.data != nullptr) {
    matrix.data = args.panels.data;
    *args.out = std::move(matrix);
    return {};
  }
  const std::int64_t panels = matrix.rows / kPanel + (matrix.rows % kPanel != 0 ? 1 : 0);
  // An upper bound for every order: fp32 with a group's padding, whose scales are fewer bytes.
  const auto with_padding = checked_add(matrix.cols, kMostGroupInputs);
  if (!with_padding ||
      !checked_product({panels, kPanel, *with_padding, std::int64_t{sizeof(float)}})) {
    return invalid_argument("lay_out: the weight has too many elements");
  }
  const auto bytes = static_cast<std::size_t>(panel_bytes(matrix));
  const std::size_t all_bytes = static_cast<std::size_t>(panels) * bytes;
  ARGES_ASSIGN_OR_RETURN(Slab::Piece memory,
                         args.slab != nullptr
                             ? args.slab->take(all_bytes)
                             : Slab::take_alone(all_bytes, *context.backend->device));
  ARGES_RETURN_IF_ERROR(parallel_tasks(
      context, panels, kPanel * matrix.cols, [&](std::int64_t panel, float* scratch) {
        const std::span<std::byte> out(memory.data + static_cast<std::size_t>(panel) * bytes,
                                       bytes);
        auto* const rows = reinterpret_cast<std::byte*>(scratch);
        if (args.dtype == DType::kI8) {
          quantise_panel(args, panel, rows, out);
        } else {
          lay_out_panel(args, panel, rows, out.data());
        }
      }));
  matrix.data = memory.data;
  matrix.owner = std::move(memory.owner);
  *args.out = std::move(matrix);
  return {};
}

}  // namespace arges::kernels::cpu
