// SPDX-License-Identifier: Apache-2.0
#include "kernels/ops/multiply.h"

#include "kernels/op_table.h"
#include "kernels/ops/argument_check.h"

namespace arges::kernels {

Status multiply(const ExecContext& context, const MultiplyArgs& args) {
  ArgumentCheck check(context, "multiply");
  check.f32("a", args.a, args.a.shape)
      .f32("b", args.b, args.a.shape)
      .f32("out", args.out, args.a.shape);
  if (args.out.data != args.a.data) check.apart("out", args.out, "part of a", args.a);
  if (args.out.data != args.b.data) check.apart("out", args.out, "part of b", args.b);
  if (!check.ok()) return check.status();
  return context.ops->multiply(context, args);
}

}  // namespace arges::kernels
