// SPDX-License-Identifier: Apache-2.0
#include "kernels/ops/linear_residual.h"

#include "kernels/op_table.h"
#include "kernels/ops/argument_check.h"

namespace arges::kernels {

Status check(const ExecContext& context, const LinearResidualArgs& args) {
  constexpr auto kAny = ArgumentCheck::kAny;
  ArgumentCheck check(context, "linear_residual");
  check.f32("z", args.z, {kAny, kAny});
  if (!check.ok()) return check.status();
  const std::int64_t rows = args.z.shape[0];
  check.matrix("weight", args.weight, kAny, args.z.shape[1]);
  if (!check.ok()) return check.status();
  check.residual(args.residual, rows, args.weight->rows)
      .apart("x", args.residual.x, "z", args.z)
      .require(args.norm.width >= 1, "the norm's width must be positive");
  if (args.norm.squares.data != nullptr) check.f32("squares", args.norm.squares, {rows});
  return check.status();
}

}  // namespace arges::kernels
