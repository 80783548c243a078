// SPDX-License-Identifier: Apache-2.0
#include "kernels/ops/lightning.h"

#include "kernels/op_table.h"
#include "kernels/ops/argument_check.h"

namespace arges::kernels {

Status check(const ExecContext& context, const LightningArgs& args) {
  constexpr auto kAny = ArgumentCheck::kAny;
  ArgumentCheck check(context, "lightning");
  check.f32("y", args.y, {kAny, kAny, 4, kAny});
  if (!check.ok()) return check.status();
  const Shape& y = args.y.shape;
  check.f32("slopes", args.slopes, {y[1]})
      .f32("norm", args.norm, {y[1] * y[3]})
      .f32("states", args.states, {kAny, kAny, y[1], y[3] * y[3]})
      .f32("z", args.z, {y[0], y[1], y[3]})
      .f32("squares", args.squares, {y[0]})
      .apart("z", args.z, "y", args.y)
      .spans(args.spans, y[0]);
  if (!check.ok()) return check.status();
  check.require(args.layer >= 0 && args.layer < args.states.shape[1], "there is no such layer")
      .slots(args.spans, args.states.shape[0]);
  return check.status();
}

}  // namespace arges::kernels
