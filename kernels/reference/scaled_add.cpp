// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "kernels/reference/backend.h"

namespace arges::kernels::reference {

template <typename Real>
Status scaled_add(const ExecContext&, const ScaledAddArgs& args) {
  for (std::int64_t i = 0; i < args.a.shape.count(); ++i) {
    args.out.f32()[i] = static_cast<float>(
        std::fma(Real{args.alpha}, Real{args.a.f32()[i]}, Real{args.beta} * args.b.f32()[i]));
  }
  return {};
}

ARGES_REFERENCE_OP(scaled_add, ScaledAddArgs)

}  // namespace arges::kernels::reference
