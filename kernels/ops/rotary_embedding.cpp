// SPDX-License-Identifier: Apache-2.0
#include "kernels/ops/rotary_embedding.h"

#include "kernels/op_table.h"
#include "kernels/ops/argument_check.h"

namespace arges::kernels {

Status rotary_embedding(const ExecContext& context, const RotaryEmbeddingArgs& args) {
  constexpr auto kAny = ArgumentCheck::kAny;
  ArgumentCheck check(context, "rotary_embedding");
  check.f32("x", args.x, {kAny, kAny, kAny}).require(args.theta > 0, "theta must be positive");
  if (!check.ok()) return check.status();
  check.i32("positions", args.positions, {args.x.shape[0]})
      .require(
          args.rotary_dim >= 0 && args.rotary_dim % 2 == 0 && args.rotary_dim <= args.x.shape[2],
          "rotary_dim must be even and at most the head size")
      .indices("positions", args.positions, kNonNegative);
  if (!check.ok()) return check.status();
  return context.ops->rotary_embedding(context, args);
}

}  // namespace arges::kernels
