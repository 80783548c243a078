// SPDX-License-Identifier: Apache-2.0
#include "kernels/ops/layer_norm_linear.h"

#include "kernels/op_table.h"
#include "kernels/ops/argument_check.h"

namespace arges::kernels {

Status check(const ExecContext& context, const LayerNormLinearArgs& args) {
  constexpr auto kAny = ArgumentCheck::kAny;
  ArgumentCheck check(context, "layer_norm_linear");
  check.f32("x", args.x, {kAny, kAny}).require(args.epsilon >= 0, "epsilon must not be negative");
  if (!check.ok()) return check.status();
  const std::int64_t width = args.x.shape[1];
  check.f32("norm_weight", args.norm_weight, {width})
      .f32("norm_bias", args.norm_bias, {width})
      .matrix("weight", args.weight, kAny, width);
  if (!check.ok()) return check.status();
  check.f32("out", args.out, {args.x.shape[0], args.weight->rows})
      .apart("out", args.out, "x", args.x);
  if (args.bias.data != nullptr) check.f32("bias", args.bias, {args.weight->rows});
  return check.status();
}

}  // namespace arges::kernels
