// SPDX-License-Identifier: Apache-2.0
#include "kernels/ops/lay_out.h"

#include <algorithm>
#include <cstring>

#include "kernels/op_table.h"
#include "kernels/ops/argument_check.h"

namespace arges::kernels {
namespace {

bool is_weight_type(DType dtype) {
  return dtype == DType::kF32 || dtype == DType::kBF16 || dtype == DType::kF16;
}

bool can_become(DType from, DType to) {
  return from == to || to == DType::kF32 || to == DType::kBF16 || to == DType::kI8;
}

std::int64_t group_rows(const MatrixSource& source) {
  return source.group_rows > 0 ? source.group_rows : std::max<std::int64_t>(1, source.rows);
}

std::int64_t groups(const MatrixSource& source) {
  return (source.rows + group_rows(source) - 1) / group_rows(source);
}

// All sources' rows of one group.
std::int64_t period(std::span<const MatrixSource> sources) {
  std::int64_t rows = 0;
  for (const MatrixSource& source : sources) rows += group_rows(source);
  return rows;
}

const std::byte* row_of(const MatrixSource& source, std::int64_t row) {
  return static_cast<const std::byte*>(source.data) +
         static_cast<std::size_t>(row * source.row_stride) * dtype_size(source.dtype);
}

float widened(const std::byte* row, DType dtype, std::int64_t index) {
  if (dtype == DType::kF32) return reinterpret_cast<const float*>(row)[index];
  const std::uint16_t bits = reinterpret_cast<const std::uint16_t*>(row)[index];
  return dtype == DType::kBF16 ? bf16_to_f32(bits) : f16_to_f32(bits);
}

void convert(const std::byte* row, DType from, std::int64_t cols, DType to, void* out) {
  if (from == to) {
    std::memcpy(out, row, static_cast<std::size_t>(cols) * dtype_size(from));
  } else if (to == DType::kF32) {
    for (std::int64_t i = 0; i < cols; ++i) static_cast<float*>(out)[i] = widened(row, from, i);
  } else {
    for (std::int64_t i = 0; i < cols; ++i) {
      static_cast<std::uint16_t*>(out)[i] = f32_to_bf16(widened(row, from, i));
    }
  }
}

bool is_aligned(const std::byte* data) {
  return reinterpret_cast<std::uintptr_t>(data) % Device::kAlignment == 0;
}

}  // namespace

MatrixSource whole_matrix(const ConstTensorView& tensor, std::int64_t rows_a_group) {
  return {tensor.data,     tensor.dtype,    tensor.shape[1],
          tensor.shape[0], tensor.shape[1], rows_a_group};
}

std::int64_t laid_out_rows(std::span<const MatrixSource> sources) {
  if (sources.size() == 1) return sources[0].rows;
  return groups(sources[0]) * period(sources);
}

void copy_laid_out_row(std::span<const MatrixSource> sources, DType dtype, std::int64_t row,
                       void* out) {
  const std::int64_t group = row / period(sources);
  std::int64_t rest = row % period(sources);
  for (const MatrixSource& source : sources) {
    if (rest >= group_rows(source)) {
      rest -= group_rows(source);
      continue;
    }
    const std::int64_t from = group * group_rows(source) + rest;
    if (from < source.rows) {
      convert(row_of(source, from), source.dtype, source.cols, dtype, out);
    } else {
      std::memset(out, 0, static_cast<std::size_t>(source.cols) * dtype_size(dtype));
    }
    return;
  }
}

Status check(const ExecContext& context, const LayOutArgs& args) {
  ArgumentCheck check(context, "lay_out");
  const PanelSource& panels = args.panels;
  check.require(args.out != nullptr, "there must be a matrix to fill")
      .require(args.sources.empty() == (panels.data != nullptr), "there must be a source")
      .require(panels.data == nullptr || args.dtype == DType::kI8, "panels are of I8")
      .require(is_aligned(panels.data), "panels must lie at a multiple of 64 bytes")
      .require(panels.rows >= 0 && panels.cols >= 0, "a weight has no fewer than 0 rows")
      .require(args.row_type == DType::kF32 ||
                   (args.row_type == DType::kBF16 && args.dtype == DType::kBF16) ||
                   (args.row_type == DType::kI8 && args.dtype == DType::kI8),
               "rows can be F32, or BF16 for a weight of BF16, or I8 for one of I8")
      .require(
          args.dtype != DType::kI8 || (args.row_type == DType::kI8 && is_group_format(args.groups)),
          "a weight of I8 needs rows of I8, 8 or 4 bits and groups of 32 or 64 inputs")
      .row_type(args.row_type);
  if (!check.ok()) return check.status();
  for (const MatrixSource& source : args.sources) {
    check.require(is_weight_type(source.dtype), "the weight must be F32, BF16 or F16")
        .require(can_become(source.dtype, args.dtype), "the weight cannot be kept in this type")
        .require(source.rows >= 0 && source.cols == args.sources[0].cols,
                 "all sources must have the same inputs")
        .require(source.data != nullptr || source.rows * source.cols == 0,
                 "the weight must have data")
        .require(groups(source) == groups(args.sources[0]), "sources must have equal groups");
  }
  return check.status();
}

}  // namespace arges::kernels
