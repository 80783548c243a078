// SPDX-License-Identifier: Apache-2.0
#include "kernels/ops/expert_ffn.h"

#include "kernels/op_table.h"
#include "kernels/ops/argument_check.h"

namespace arges::kernels {

Status expert_ffn(const ExecContext& context, const ExpertFfnArgs& args) {
  constexpr auto kAny = ArgumentCheck::kAny;
  ArgumentCheck check(context, "expert_ffn");
  check.f32("x", args.x, {kAny, kAny});
  if (!check.ok()) return check.status();
  const std::int64_t rows = args.x.shape[0];
  const std::int64_t hidden = args.x.shape[1];
  check.i32("expert_ids", args.expert_ids, {rows, kAny});
  if (!check.ok()) return check.status();
  check.f32("weights", args.weights, args.expert_ids.shape)
      .f32("out", args.out, args.x.shape)
      .apart("out", args.out, "x", args.x)
      .indices("expert_ids", args.expert_ids, static_cast<std::int64_t>(args.experts.size()));
  for (const ExpertWeights& expert : args.experts) {
    check.matrix("gate", &expert.gate, args.experts[0].gate.rows, hidden)
        .matrix("up", &expert.up, args.experts[0].gate.rows, hidden)
        .matrix("down", &expert.down, hidden, args.experts[0].gate.rows);
  }
  if (!check.ok()) return check.status();
  return context.ops->expert_ffn(context, args);
}

}  // namespace arges::kernels
