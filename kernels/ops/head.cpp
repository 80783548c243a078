// SPDX-License-Identifier: Apache-2.0
#include "kernels/ops/head.h"

#include "kernels/op_table.h"
#include "kernels/ops/argument_check.h"

namespace arges::kernels {

Status check(const ExecContext& context, const HeadArgs& args) {
  constexpr auto kAny = ArgumentCheck::kAny;
  ArgumentCheck check(context, "head");
  check.f32("x", args.x, {kAny, kAny}).i32("rows", args.rows, {kAny});
  if (!check.ok()) return check.status();
  check.norm(args.norm, args.x.shape[1]).matrix("weight", args.weight, kAny, args.x.shape[1]);
  if (!check.ok()) return check.status();
  check.f32("logits", args.logits, {args.rows.shape[0], args.weight->rows})
      .apart("logits", args.logits, "x", args.x)
      .indices("rows", args.rows, args.x.shape[0]);
  return check.status();
}

}  // namespace arges::kernels
