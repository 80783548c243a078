// SPDX-License-Identifier: Apache-2.0
#include "kernels/cpu/backend.h"
#include "kernels/cpu/matrix_product.h"

namespace arges::kernels::cpu {

Status linear(const ExecContext& context, const LinearArgs& args) {
  return matrix_product(context, args.x.f32(), args.x.shape[0], *args.weight, args.bias.f32(),
                        args.activation, args.out.f32());
}

}  // namespace arges::kernels::cpu
