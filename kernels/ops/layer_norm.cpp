// SPDX-License-Identifier: Apache-2.0
#include "kernels/ops/layer_norm.h"

#include "kernels/op_table.h"
#include "kernels/ops/argument_check.h"

namespace arges::kernels {

Status check(const ExecContext& context, const LayerNormArgs& args) {
  constexpr auto kAny = ArgumentCheck::kAny;
  ArgumentCheck check(context, "layer_norm");
  check.f32("x", args.x, {kAny, kAny}).require(args.epsilon >= 0, "epsilon must not be negative");
  if (!check.ok()) return check.status();
  check.f32("weight", args.weight, {args.x.shape[1]})
      .f32("bias", args.bias, {args.x.shape[1]})
      .f32("out", args.out, args.x.shape);
  if (args.out.data != args.x.data) check.apart("out", args.out, "part of x", args.x);
  return check.status();
}

}  // namespace arges::kernels
