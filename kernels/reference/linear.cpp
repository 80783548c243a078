// SPDX-License-Identifier: Apache-2.0
#include "kernels/reference/backend.h"
#include "kernels/reference/scalar.h"

namespace arges::kernels::reference {

template <typename Real>
Status linear(const ExecContext&, const LinearArgs& args) {
  const Matrix& weight = *args.weight;
  for (std::int64_t row = 0; row < args.x.shape[0]; ++row) {
    for (std::int64_t out = 0; out < weight.rows; ++out) {
      Real sum = dot_row<Real>(weight, out, args.x.f32() + row * weight.cols);
      if (args.bias.data != nullptr) sum += args.bias.f32()[out];
      args.out.f32()[row * weight.rows + out] = static_cast<float>(activate(sum, args.activation));
    }
  }
  return {};
}

ARGES_REFERENCE_OP(linear, LinearArgs)

}  // namespace arges::kernels::reference
