// SPDX-License-Identifier: Apache-2.0
#include "kernels/cpu/backend.h"
#include "kernels/cpu/matrix_product.h"
#include "kernels/cpu/norm_tiles.h"

namespace arges::kernels::cpu {

Status norm_linear(const ExecContext& context, const NormLinearArgs& args) {
  const Arena::Scope scope(*context.workspace);
  const NormInput input{args.x.f32(), nullptr, args.x.shape[0], &args.norm};
  ARGES_ASSIGN_OR_RETURN(const TiledRows tiled,
                         norm_tiles(context, input, *args.weight, args.inverse_rms.f32()));
  return store_product(context, tiled, *args.weight, nullptr, Activation::kNone, args.y.f32());
}

}  // namespace arges::kernels::cpu
