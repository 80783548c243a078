// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "kernels/base/matrix.h"
#include "kernels/base/slab.h"
#include "kernels/base/tensor_view.h"

namespace arges::kernels {

// A matrix, or part of one, where a checkpoint keeps it: `rows` rows of `cols` elements, a row
// `row_stride` elements behind the other. In host memory, borrowed.
struct MatrixSource {
  const void* data = nullptr;
  DType dtype = DType::kF32;  // kF32, kBF16 or kF16
  std::int64_t row_stride = 0;
  std::int64_t rows = 0;
  std::int64_t cols = 0;
  // Rows that it brings to each group of the weight (see LayOutArgs); 0 = all in one group.
  std::int64_t group_rows = 0;
};

// A quantised weight that lies in panels already (kernels/base/panel_groups.h), as files have it.
// In host memory, borrowed, at a multiple of Device::kAlignment.
struct PanelSource {
  const std::byte* data = nullptr;  // null: there is none
  std::int64_t rows = 0;
  std::int64_t cols = 0;
};

// A whole tensor, [rows, cols] row-major, as a source.
MatrixSource whole_matrix(const ConstTensorView& tensor, std::int64_t group_rows = 0);

// Brings a weight from a checkpoint into the form that the backend's ops read. The rows of several
// sources may be interleaved, so that one product serves all of them and a part of the result is
// whole in itself: group g is the next group_rows rows of each source in turn. Sources that end
// inside a group are continued with zero rows.
struct LayOutArgs {
  std::span<const MatrixSource> sources;  // of equal cols, at least one
  // In place of sources, for dtype kI8: referred to where the backend's own layout is this one.
  PanelSource panels = {};

  DType dtype = DType::kF32;  // in memory; widening is exact, narrowing to bf16 rounds
                              // to nearest even, kI8 quantises
  // What rows become before they meet the weight (Matrix::row_type). kBF16 wants dtype kBF16, kI8
  // dtype kI8 and `groups`, and each a backend that has it: UNSUPPORTED elsewhere.
  DType row_type = DType::kF32;
  GroupFormat groups = {};  // for dtype kI8: every row of the weight is quantised in these
  // Where the weight lies beside others, if the backend's memory is the host's and it copies the
  // sources at all; null = in memory of its own.
  Slab* slab = nullptr;
  Matrix* out = nullptr;  // may refer to the source's memory, which must then outlive it: its owner
                          // is null
};

// Rows of the weight that these sources make.
std::int64_t laid_out_rows(std::span<const MatrixSource> sources);

// Copies row `row` of the weight, widened or narrowed to `dtype`; for backends.
void copy_laid_out_row(std::span<const MatrixSource> sources, DType dtype, std::int64_t row,
                       void* out);

}  // namespace arges::kernels
