// SPDX-License-Identifier: Apache-2.0
#include "kernels/reference/backend.h"
#include "kernels/reference/norm.h"
#include "kernels/reference/scalar.h"

namespace arges::kernels::reference {

template <typename Real>
Status layer_norm_linear(const ExecContext&, const LayerNormLinearArgs& args) {
  const Matrix& weight = *args.weight;
  for (std::int64_t row = 0; row < args.x.shape[0]; ++row) {
    const std::vector<Real> n =
        layer_norm_row<Real>(args.x.f32() + row * weight.cols, weight.cols, args.norm_weight.f32(),
                             args.norm_bias.f32(), args.epsilon);
    for (std::int64_t i = 0; i < weight.rows; ++i) {
      Real sum = dot_row<Real>(weight, i, n.data());
      if (args.bias.data != nullptr) sum += args.bias.f32()[i];
      args.out.f32()[row * weight.rows + i] = static_cast<float>(activate(sum, args.activation));
    }
  }
  return {};
}

ARGES_REFERENCE_OP(layer_norm_linear, LayerNormLinearArgs)

}  // namespace arges::kernels::reference
