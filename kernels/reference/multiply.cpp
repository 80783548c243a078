// SPDX-License-Identifier: Apache-2.0
#include "kernels/reference/backend.h"

namespace arges::kernels::reference {

Status multiply(const ExecContext&, const MultiplyArgs& args) {
  for (std::int64_t i = 0; i < args.a.shape.count(); ++i) {
    args.out.f32()[i] = args.a.f32()[i] * args.b.f32()[i];
  }
  return {};
}

}  // namespace arges::kernels::reference
