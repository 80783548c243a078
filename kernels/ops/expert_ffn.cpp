// SPDX-License-Identifier: Apache-2.0
#include "kernels/ops/expert_ffn.h"

#include "kernels/op_table.h"
#include "kernels/ops/argument_check.h"

namespace arges::kernels {

Status check(const ExecContext& context, const ExpertFfnArgs& args) {
  constexpr auto kAny = ArgumentCheck::kAny;
  ArgumentCheck check(context, "expert_ffn");
  check.f32("m", args.m, {kAny, kAny}).require(!args.experts.empty(), "there must be an expert");
  if (!check.ok()) return check.status();
  const std::int64_t rows = args.m.shape[0];
  const std::int64_t width = args.m.shape[1];
  const std::int64_t ffn = args.experts[0].down.cols;
  const std::int64_t turns = (ffn + kGateRows - 1) / kGateRows;
  for (const Expert& expert : args.experts) {
    check.matrix("gate_up", &expert.gate_up, 2 * turns * kGateRows, width)
        .matrix("down", &expert.down, width, ffn);
  }
  check.routing(args.routing, rows, static_cast<std::int64_t>(args.experts.size()))
      .residual(args.residual, rows, width)
      .apart("x", args.residual.x, "m", args.m);
  return check.status();
}

}  // namespace arges::kernels
