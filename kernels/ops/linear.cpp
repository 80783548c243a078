// SPDX-License-Identifier: Apache-2.0
#include "kernels/ops/linear.h"

#include "kernels/op_table.h"
#include "kernels/ops/argument_check.h"

namespace arges::kernels {

Status check(const ExecContext& context, const LinearArgs& args) {
  constexpr auto kAny = ArgumentCheck::kAny;
  ArgumentCheck check(context, "linear");
  check.f32("x", args.x, {kAny, kAny});
  if (!check.ok()) return check.status();
  check.matrix("weight", args.weight, kAny, args.x.shape[1]);
  if (!check.ok()) return check.status();
  check.f32("out", args.out, {args.x.shape[0], args.weight->rows})
      .apart("out", args.out, "x", args.x);
  if (args.bias.data != nullptr) check.f32("bias", args.bias, {args.weight->rows});
  return check.status();
}

}  // namespace arges::kernels
