// SPDX-License-Identifier: Apache-2.0
#include "kernels/reference/backend.h"
#include "kernels/reference/norm.h"
#include "kernels/reference/scalar.h"

namespace arges::kernels::reference {

template <typename Real>
Status linear_residual(const ExecContext&, const LinearResidualArgs& args) {
  const Matrix& weight = *args.weight;
  const LateNorm& norm = args.norm;
  for (std::int64_t row = 0; row < args.z.shape[0]; ++row) {
    const Real scale = norm.squares.data == nullptr
                           ? Real{1}
                           : inverse_rms(Real{norm.squares.f32()[row]}, norm.width, norm.epsilon);
    const float* z = args.z.f32() + row * weight.cols;
    for (std::int64_t i = 0; i < weight.rows; ++i) {
      add_residual(args.residual, row, i, scale * dot_row<Real>(weight, i, z));
    }
  }
  return {};
}

ARGES_REFERENCE_OP(linear_residual, LinearResidualArgs)

}  // namespace arges::kernels::reference
