// SPDX-License-Identifier: Apache-2.0
#include "kernels/ops/route.h"

#include "kernels/op_table.h"
#include "kernels/ops/argument_check.h"

namespace arges::kernels {

Status check(const ExecContext& context, const RouteArgs& args) {
  constexpr auto kAny = ArgumentCheck::kAny;
  ArgumentCheck check(context, "route");
  check.f32("x", args.x, {kAny, kAny});
  if (!check.ok()) return check.status();
  const std::int64_t rows = args.x.shape[0];
  check.norm(args.norm, args.x.shape[1])
      .matrix("router", args.router, kAny, args.x.shape[1])
      .f32("m", args.m, args.x.shape)
      .apart("m", args.m, "x", args.x)
      .f32("inverse_rms", args.inverse_rms, {rows});
  if (!check.ok()) return check.status();
  check.routing(args.routing, rows, args.router->rows);
  return check.status();
}

}  // namespace arges::kernels
