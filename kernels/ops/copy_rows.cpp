// SPDX-License-Identifier: Apache-2.0
#include "kernels/ops/copy_rows.h"

#include "kernels/op_table.h"
#include "kernels/ops/argument_check.h"

namespace arges::kernels {

Status check(const ExecContext& context, const CopyRowsArgs& args) {
  constexpr auto kAny = ArgumentCheck::kAny;
  ArgumentCheck check(context, "copy_rows");
  check.f32("in", args.in, {kAny, kAny}).i32("from", args.from, {kAny});
  if (!check.ok()) return check.status();
  check.i32("to", args.to, args.from.shape)
      .f32("out", args.out, {kAny, args.in.shape[1]})
      .apart("out", args.out, "in", args.in);
  if (!check.ok()) return check.status();
  check.indices("from", args.from, args.in.shape[0]).indices("to", args.to, args.out.shape[0]);
  return check.status();
}

}  // namespace arges::kernels
