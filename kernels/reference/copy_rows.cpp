// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "kernels/reference/backend.h"

namespace arges::kernels::reference {

template <typename Real>
Status copy_rows(const ExecContext&, const CopyRowsArgs& args) {
  const std::int64_t width = args.in.shape[1];
  for (std::int64_t i = 0; i < args.from.shape[0]; ++i) {
    std::copy_n(args.in.f32() + args.from.i32()[i] * width, width,
                args.out.f32() + args.to.i32()[i] * width);
  }
  return {};
}

ARGES_REFERENCE_OP(copy_rows, CopyRowsArgs)

}  // namespace arges::kernels::reference
