// SPDX-License-Identifier: Apache-2.0
#include "kernels/ops/embedding.h"

#include "kernels/op_table.h"
#include "kernels/ops/argument_check.h"

namespace arges::kernels {

Status embedding(const ExecContext& context, const EmbeddingArgs& args) {
  constexpr auto kAny = ArgumentCheck::kAny;
  const DType dtype = args.table.dtype;
  ArgumentCheck check(context, "embedding");
  check.i32("ids", args.ids, {kAny})
      .require(dtype == DType::kF32 || dtype == DType::kBF16 || dtype == DType::kF16,
               "table must be F32, BF16 or F16")
      .tensor("table", args.table, dtype, {kAny, kAny});
  if (!check.ok()) return check.status();
  check.f32("out", args.out, {args.ids.shape[0], args.table.shape[1]})
      .apart("out", args.out, "table", args.table)
      .indices("ids", args.ids, args.table.shape[0]);
  if (!check.ok()) return check.status();
  return context.ops->embedding(context, args);
}

}  // namespace arges::kernels
