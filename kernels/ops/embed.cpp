// SPDX-License-Identifier: Apache-2.0
#include "kernels/ops/embed.h"

#include "kernels/op_table.h"
#include "kernels/ops/argument_check.h"

namespace arges::kernels {

Status check(const ExecContext& context, const EmbedArgs& args) {
  constexpr auto kAny = ArgumentCheck::kAny;
  const DType dtype = args.table.dtype;
  ArgumentCheck check(context, "embed");
  check.i32("ids", args.ids, {kAny})
      .require(dtype == DType::kF32 || dtype == DType::kBF16 || dtype == DType::kF16,
               "table must be F32, BF16 or F16")
      .tensor("table", args.table, dtype, {kAny, kAny});
  if (!check.ok()) return check.status();
  const std::int64_t rows = args.ids.shape[0];
  check.f32("x", args.x, {rows, args.table.shape[1]})
      .apart("x", args.x, "table", args.table)
      .indices("ids", args.ids, args.table.shape[0]);
  for (const PictureRows& picture : args.pictures) {
    check.f32("a picture", picture.features, {kAny, args.table.shape[1]})
        .require(picture.begin >= 0 && picture.begin <= rows - picture.features.shape[0],
                 "a picture leaves the rows");
  }
  return check.status();
}

}  // namespace arges::kernels
