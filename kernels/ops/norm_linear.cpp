// SPDX-License-Identifier: Apache-2.0
#include "kernels/ops/norm_linear.h"

#include "kernels/op_table.h"
#include "kernels/ops/argument_check.h"

namespace arges::kernels {

Status check(const ExecContext& context, const NormLinearArgs& args) {
  constexpr auto kAny = ArgumentCheck::kAny;
  ArgumentCheck check(context, "norm_linear");
  check.f32("x", args.x, {kAny, kAny});
  if (!check.ok()) return check.status();
  check.norm(args.norm, args.x.shape[1]).matrix("weight", args.weight, kAny, args.x.shape[1]);
  if (!check.ok()) return check.status();
  check.f32("y", args.y, {args.x.shape[0], args.weight->rows})
      .f32("inverse_rms", args.inverse_rms, {args.x.shape[0]})
      .apart("y", args.y, "x", args.x);
  return check.status();
}

}  // namespace arges::kernels
