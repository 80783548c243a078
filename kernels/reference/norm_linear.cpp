// SPDX-License-Identifier: Apache-2.0
#include "kernels/reference/backend.h"
#include "kernels/reference/norm.h"
#include "kernels/reference/scalar.h"

namespace arges::kernels::reference {

template <typename Real>
Status norm_linear(const ExecContext&, const NormLinearArgs& args) {
  const Matrix& weight = *args.weight;
  for (std::int64_t row = 0; row < args.x.shape[0]; ++row) {
    const std::vector<Real> n =
        norm_row<Real>(args.norm, args.x.f32() + row * weight.cols, args.inverse_rms.f32()[row]);
    for (std::int64_t i = 0; i < weight.rows; ++i) {
      args.y.f32()[row * weight.rows + i] = static_cast<float>(dot_row<Real>(weight, i, n.data()));
    }
  }
  return {};
}

ARGES_REFERENCE_OP(norm_linear, NormLinearArgs)

}  // namespace arges::kernels::reference
