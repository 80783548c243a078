// SPDX-License-Identifier: Apache-2.0
#include "kernels/cpu/backend.h"
#include "kernels/cpu/matrix_product.h"

namespace arges::kernels::cpu {

Status linear(const ExecContext& context, const LinearArgs& args) {
  const Arena::Scope scope(*context.workspace);
  ARGES_ASSIGN_OR_RETURN(const TiledRows tiled,
                         tile_rows(context, *args.weight, args.x.f32(), args.x.shape[0]));
  return store_product(context, tiled, *args.weight, args.bias.f32(), args.activation,
                       args.out.f32());
}

}  // namespace arges::kernels::cpu
