// SPDX-License-Identifier: Apache-2.0
#include "kernels/ops/scaled_add.h"

#include "kernels/op_table.h"
#include "kernels/ops/argument_check.h"

namespace arges::kernels {

Status check(const ExecContext& context, const ScaledAddArgs& args) {
  ArgumentCheck check(context, "scaled_add");
  check.f32("a", args.a, args.a.shape)
      .f32("b", args.b, args.a.shape)
      .f32("out", args.out, args.a.shape);
  if (args.out.data != args.a.data) check.apart("out", args.out, "part of a", args.a);
  if (args.out.data != args.b.data) check.apart("out", args.out, "part of b", args.b);
  return check.status();
}

}  // namespace arges::kernels
