// SPDX-License-Identifier: Apache-2.0
#include "kernels/ops/bidirectional_attention.h"

#include "kernels/op_table.h"
#include "kernels/ops/argument_check.h"

namespace arges::kernels {

Status check(const ExecContext& context, const BidirectionalAttentionArgs& args) {
  constexpr auto kAny = ArgumentCheck::kAny;
  ArgumentCheck check(context, "bidirectional_attention");
  check.f32("q", args.q, {kAny, kAny, kAny, kAny})
      .f32("k", args.k, args.q.shape)
      .f32("v", args.v, args.q.shape)
      .f32("out", args.out, args.q.shape)
      .apart("out", args.out, "q", args.q)
      .apart("out", args.out, "k", args.k)
      .apart("out", args.out, "v", args.v);
  check.require(args.row_type == DType::kF32 || args.row_type == DType::kBF16,
                "rows can be F32 or BF16");
  return check.row_type(args.row_type).status();
}

}  // namespace arges::kernels
