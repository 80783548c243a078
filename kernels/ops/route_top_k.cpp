// SPDX-License-Identifier: Apache-2.0
#include "kernels/ops/route_top_k.h"

#include "kernels/op_table.h"
#include "kernels/ops/argument_check.h"

namespace arges::kernels {

Status route_top_k(const ExecContext& context, const RouteTopKArgs& args) {
  constexpr auto kAny = ArgumentCheck::kAny;
  ArgumentCheck check(context, "route_top_k");
  check.f32("logits", args.logits, {kAny, kAny}).i32("expert_ids", args.expert_ids, {kAny, kAny});
  if (!check.ok()) return check.status();
  const std::int64_t rows = args.logits.shape[0];
  const std::int64_t slots = args.expert_ids.shape[1];
  check.i32("expert_ids", args.expert_ids, {rows, slots})
      .f32("weights", args.weights, {rows, slots})
      .require(slots >= 1 && slots <= args.logits.shape[1],
               "the number of slots must lie between 1 and the number of experts");
  if (!check.ok()) return check.status();
  return context.ops->route_top_k(context, args);
}

}  // namespace arges::kernels
