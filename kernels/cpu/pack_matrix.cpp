// SPDX-License-Identifier: Apache-2.0
#include <memory>
#include <utility>

#include "kernels/base/buffer.h"
#include "kernels/base/checked_math.h"
#include "kernels/cpu/backend.h"
#include "kernels/cpu/panel_product.h"
#include "kernels/cpu/parallel.h"

namespace arges::kernels::cpu {
namespace {

// Panel `panel` of a row-major matrix as [cols, kPanel]; rows past the last are zero.
template <typename T>
void pack_panel(const T* row_major, const Shape& shape, std::int64_t panel, T* out) {
  const std::int64_t first = panel * kPanel;
  for (std::int64_t j = 0; j < kPanel; ++j) {
    const bool present = first + j < shape[0];
    const T* row = present ? row_major + (first + j) * shape[1] : nullptr;
    for (std::int64_t i = 0; i < shape[1]; ++i) out[i * kPanel + j] = present ? row[i] : T{};
  }
}

template <typename T>
void pack_panels(const ExecContext& context, const ConstTensorView& row_major, std::int64_t panels,
                 std::byte* out) {
  const std::int64_t panel_size = row_major.shape[1] * kPanel;
  context.pool->parallel_for(panels, row_grain(panel_size),
                             [&](std::int64_t begin, std::int64_t end) {
                               for (std::int64_t panel = begin; panel < end; ++panel) {
                                 pack_panel(static_cast<const T*>(row_major.data), row_major.shape,
                                            panel, reinterpret_cast<T*>(out) + panel * panel_size);
                               }
                             });
}

}  // namespace

Result<Matrix> pack_matrix(const ExecContext& context, const ConstTensorView& row_major) {
  Matrix matrix;
  matrix.rows = row_major.shape[0];
  matrix.cols = row_major.shape[1];
  matrix.dtype = row_major.dtype;
  matrix.layout = MatrixLayout::kPanels;
  matrix.panel = kPanel;
  const std::int64_t panels = matrix.rows / kPanel + (matrix.rows % kPanel != 0 ? 1 : 0);
  const auto element = static_cast<std::int64_t>(dtype_size(matrix.dtype));
  const auto bytes = checked_product({panels, kPanel, matrix.cols, element});
  if (!bytes) return invalid_argument("pack_matrix: the weight has too many elements");
  ARGES_ASSIGN_OR_RETURN(Buffer buffer, Buffer::allocate(static_cast<std::size_t>(*bytes)));
  if (element == 2) {
    pack_panels<std::uint16_t>(context, row_major, panels, buffer.data());
  } else {
    pack_panels<std::uint32_t>(context, row_major, panels, buffer.data());
  }
  matrix.data = buffer.data();
  matrix.owner = std::make_shared<Buffer>(std::move(buffer));
  return matrix;
}

}  // namespace arges::kernels::cpu
