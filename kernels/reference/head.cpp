// SPDX-License-Identifier: Apache-2.0
#include "kernels/reference/backend.h"
#include "kernels/reference/norm.h"
#include "kernels/reference/scalar.h"

namespace arges::kernels::reference {

template <typename Real>
Status head(const ExecContext&, const HeadArgs& args) {
  const Matrix& weight = *args.weight;
  for (std::int64_t row = 0; row < args.rows.shape[0]; ++row) {
    float inverse = 0.0f;
    const std::vector<Real> n =
        norm_row<Real>(args.norm, args.x.f32() + args.rows.i32()[row] * weight.cols, inverse);
    for (std::int64_t i = 0; i < weight.rows; ++i) {
      args.logits.f32()[row * weight.rows + i] =
          static_cast<float>(dot_row<Real>(weight, i, n.data()));
    }
  }
  return {};
}

ARGES_REFERENCE_OP(head, HeadArgs)

}  // namespace arges::kernels::reference
