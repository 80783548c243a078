// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "kernels/base/exec_context.h"
#include "kernels/base/matrix.h"
#include "kernels/cpu/finish.h"
#include "kernels/cpu/panel_product.h"
#include "kernels/cpu/parallel.h"
#include "kernels/cpu/tiled_rows.h"

namespace arges::kernels::cpu {

// The two ways a product is shared out: by rows and by outputs. A part is some rows, whose inputs
// stay in the second-level cache, by kPanelsInPart panels. kRowsInPart rows are enough to take the
// weights from memory as fast as vector units want them; a product unit may want more.
constexpr std::int64_t kRowsInPart = 192;
constexpr std::int64_t kPanelsInPart = 8;
constexpr std::int64_t kPartWidth = kPanelsInPart * kPanel;

// The grid of parts of one product. Parts with the same rows follow one another.
class Parts {
 public:
  // Cut for so many threads: lower than a unit likes and narrower than kPartWidth where that would
  // leave some without work, but not so narrow that meeting over them would cost the threads more
  // than it saves. Panels stay together by `together`, a divisor of kPanelsInPart.
  Parts(const RowTiles& rows, const Matrix& weight, std::int64_t threads,
        std::int64_t together = 1);

  std::int64_t count() const { return row_parts_ * column_parts_; }

  struct Part {
    std::int64_t first_tile = 0;
    std::int64_t last_tile = 0;  // one past
    std::int64_t first_panel = 0;
    std::int64_t panels = 0;
    std::int64_t columns = 0;  // outputs in these panels, padding excluded
  };
  Part part(std::int64_t index) const;

 private:
  void cut_rows(std::int64_t most_rows, std::int64_t wanted);

  RowTiles tiles_;
  std::int64_t outputs_;
  std::int64_t panels_;
  std::int64_t tiles_in_part_;
  std::int64_t row_parts_;
  std::int64_t panels_in_part_;
  std::int64_t column_parts_;
};

// Floats that the sums of any part of so many rows times this weight need, at kPartWidth a row.
std::int64_t part_floats(const Matrix& weight, std::int64_t rows);

// sums[r, c] = Σ_i x[r, i] · W[c, i] over one part; rows count from the part's first row, columns
// from its first output; a row of sums is kPartWidth long. The order of the sum is PanelProduct's
// or, for a weight that takes rows of bf16, DotProduct's. x must be tiled for the weight.
void product_part(const TiledRows& x, const Matrix& weight, const Parts::Part& part, float* sums);

// The sums of one part, for whoever finishes them: rows count from the first of x, columns from the
// first of W's outputs. sums[r, c] at sums[r · kPartWidth + c]; may be overwritten.
struct PartSums {
  float* sums;
  std::int64_t first_row;
  std::int64_t rows;
  std::int64_t first_column;
  std::int64_t columns;
};

// Shares the parts of W · x among the context's threads; finish(PartSums) is called once for each.
template <typename Finish>
Status matrix_product(const ExecContext& context, const TiledRows& x, const Matrix& weight,
                      const Finish& finish) {
  if (x.rows() == 0) return {};
  const Parts parts(x.tiles, weight, context.pool->size());
  return parallel_tasks(
      context, parts.count(), part_floats(weight, x.rows()), [&](std::int64_t index, float* sums) {
        const Parts::Part part = parts.part(index);
        product_part(x, weight, part, sums);
        const std::int64_t first_row = x.tiles.begin(part.first_tile);
        finish(PartSums{sums, first_row, x.tiles.begin(part.last_tile) - first_row,
                        part.first_panel * kPanel, part.columns});
      });
}

// out[r] = activation(W · x[r] + bias); out [rows, W.rows], bias [W.rows] or null.
Status store_product(const ExecContext& context, const TiledRows& x, const Matrix& weight,
                     const float* bias, Activation activation, float* out);

}  // namespace arges::kernels::cpu
