// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "kernels/cpu/backend.h"
#include "kernels/cpu/matrix_product.h"

namespace arges::kernels::cpu {
namespace {

// 1 / rms of every row, from the sums of squares; null when there is no norm.
Result<const float*> late_scales(const ExecContext& context, const LateNorm& norm) {
  const float* const none = nullptr;
  if (norm.squares.data == nullptr) return none;
  ARGES_ASSIGN_OR_RETURN(const TensorView scales, context.workspace->allocate(norm.squares.shape));
  for (std::int64_t row = 0; row < scales.shape[0]; ++row) {
    const float mean = norm.squares.f32()[row] / static_cast<float>(norm.width);
    scales.f32()[row] = 1.0f / std::sqrt(mean + norm.epsilon);
  }
  return static_cast<const float*>(scales.f32());
}

}  // namespace

Status linear_residual(const ExecContext& context, const LinearResidualArgs& args) {
  const Arena::Scope scope(*context.workspace);
  ARGES_ASSIGN_OR_RETURN(const float* const scales, late_scales(context, args.norm));
  ARGES_ASSIGN_OR_RETURN(const TiledRows tiled,
                         tile_rows(context, *args.weight, args.z.f32(), args.z.shape[0]));
  return matrix_product(context, tiled, *args.weight, [&](const PartSums& part) {
    ResidualBlock block = block_of(args.residual, part.first_row, part.first_column);
    if (scales != nullptr) block.scales = scales + part.first_row;
    finish_residual({part.sums, kPartWidth}, part.rows, part.columns, block);
  });
}

}  // namespace arges::kernels::cpu
