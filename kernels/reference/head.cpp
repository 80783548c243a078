// SPDX-License-Identifier: Apache-2.0
#include "kernels/reference/backend.h"
#include "kernels/reference/norm.h"
#include "kernels/reference/scalar.h"

namespace arges::kernels::reference {

Status head(const ExecContext&, const HeadArgs& args) {
  const Matrix& weight = *args.weight;
  for (std::int64_t row = 0; row < args.rows.shape[0]; ++row) {
    float inverse = 0.0f;
    const std::vector<float> n =
        norm_row(args.norm, args.x.f32() + args.rows.i32()[row] * weight.cols, inverse);
    for (std::int64_t i = 0; i < weight.rows; ++i) {
      args.logits.f32()[row * weight.rows + i] = dot_row(weight, i, n.data());
    }
  }
  return {};
}

}  // namespace arges::kernels::reference
