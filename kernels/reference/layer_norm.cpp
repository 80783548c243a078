// SPDX-License-Identifier: Apache-2.0
#include "kernels/reference/backend.h"
#include "kernels/reference/norm.h"

namespace arges::kernels::reference {

template <typename Real>
Status layer_norm(const ExecContext&, const LayerNormArgs& args) {
  const std::int64_t width = args.x.shape[1];
  for (std::int64_t row = 0; row < args.x.shape[0]; ++row) {
    const std::vector<Real> normed = layer_norm_row<Real>(
        args.x.f32() + row * width, width, args.weight.f32(), args.bias.f32(), args.epsilon);
    for (std::int64_t i = 0; i < width; ++i) {
      args.out.f32()[row * width + i] = static_cast<float>(normed[static_cast<std::size_t>(i)]);
    }
  }
  return {};
}

ARGES_REFERENCE_OP(layer_norm, LayerNormArgs)

}  // namespace arges::kernels::reference
