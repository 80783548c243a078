// SPDX-License-Identifier: Apache-2.0
#include "kernels/ops/linear.h"

#include "kernels/op_table.h"
#include "kernels/ops/argument_check.h"

namespace arges::kernels {

Status linear(const ExecContext& context, const LinearArgs& args) {
  constexpr auto kAny = ArgumentCheck::kAny;
  ArgumentCheck check(context, "linear");
  check.f32("x", args.x, {kAny, kAny});
  if (!check.ok()) return check.status();
  check.matrix("weight", args.weight, kAny, args.x.shape[1]);
  if (!check.ok()) return check.status();
  check.f32("out", args.out, {args.x.shape[0], args.weight->rows})
      .apart("out", args.out, "x", args.x);
  if (args.bias.data != nullptr) check.f32("bias", args.bias, {args.weight->rows});
  if (!check.ok()) return check.status();
  return context.ops->linear(context, args);
}

Result<Matrix> pack_matrix(const ExecContext& context, const ConstTensorView& row_major) {
  constexpr auto kAny = ArgumentCheck::kAny;
  const DType dtype = row_major.dtype;
  ArgumentCheck check(context, "pack_matrix");
  check
      .require(dtype == DType::kF32 || dtype == DType::kBF16 || dtype == DType::kF16,
               "the weight must be F32, BF16 or F16")
      .tensor("the weight", row_major, dtype, {kAny, kAny});
  if (!check.ok()) return check.status();
  return context.ops->pack_matrix(context, row_major);
}

}  // namespace arges::kernels
