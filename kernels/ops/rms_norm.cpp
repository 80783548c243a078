// SPDX-License-Identifier: Apache-2.0
#include "kernels/ops/rms_norm.h"

#include "kernels/op_table.h"
#include "kernels/ops/argument_check.h"

namespace arges::kernels {

Status rms_norm(const ExecContext& context, const RmsNormArgs& args) {
  constexpr auto kAny = ArgumentCheck::kAny;
  ArgumentCheck check(context, "rms_norm");
  check.f32("x", args.x, {kAny, kAny}).require(args.epsilon >= 0, "epsilon must not be negative");
  if (!check.ok()) return check.status();
  check.f32("weight", args.weight, {args.x.shape[1]}).f32("out", args.out, args.x.shape);
  if (args.out.data != args.x.data) check.apart("out", args.out, "part of x", args.x);
  if (!check.ok()) return check.status();
  return context.ops->rms_norm(context, args);
}

}  // namespace arges::kernels
