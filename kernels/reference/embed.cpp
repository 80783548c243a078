// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "kernels/reference/backend.h"
#include "kernels/reference/scalar.h"

namespace arges::kernels::reference {

template <typename Real>
Status embed(const ExecContext&, const EmbedArgs& args) {
  const std::int64_t hidden = args.table.shape[1];
  for (std::int64_t i = 0; i < args.ids.shape[0]; ++i) {
    for (std::int64_t j = 0; j < hidden; ++j) {
      args.x.f32()[i * hidden + j] =
          widen(args.table.data, args.table.dtype, args.ids.i32()[i] * hidden + j);
    }
  }
  for (const PictureRows& picture : args.pictures) {
    std::copy_n(picture.features.f32(), picture.features.shape.count(),
                args.x.f32() + picture.begin * hidden);
  }
  return {};
}

ARGES_REFERENCE_OP(embed, EmbedArgs)

}  // namespace arges::kernels::reference
