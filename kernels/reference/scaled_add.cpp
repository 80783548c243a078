// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "kernels/reference/backend.h"

namespace arges::kernels::reference {

Status scaled_add(const ExecContext&, const ScaledAddArgs& args) {
  for (std::int64_t i = 0; i < args.a.shape.count(); ++i) {
    args.out.f32()[i] = std::fma(args.alpha, args.a.f32()[i], args.beta * args.b.f32()[i]);
  }
  return {};
}

}  // namespace arges::kernels::reference
