// SPDX-License-Identifier: Apache-2.0
#include "kernels/ops/causal.h"

#include "kernels/op_table.h"
#include "kernels/ops/argument_check.h"

namespace arges::kernels {
namespace {

static_assert(kKeyPanel == 16, "the sentence below names it");

// A span's tokens lie in pages that the table names and the pool has. Tables on another device are
// that backend's to guard.
void check_pages(ArgumentCheck& check, const CausalArgs& args) {
  if (!args.spans.device->is_host()) return;
  const std::int64_t listed = args.page_table.shape[0];
  for (const StepSpan& span : spans_of(args.spans)) {
    const std::int64_t tokens = std::int64_t{span.position} + span.count;
    const std::int64_t needed = (tokens + args.pool.page_tokens - 1) / args.pool.page_tokens;
    check.require(span.position >= 0, "a position must not be negative")
        .require(span.first_page >= 0 && span.first_page <= listed - needed,
                 "a sequence has too few pages for its new tokens");
  }
  check.indices("page_table", args.page_table, args.pool.data.shape[0]);
}

}  // namespace

Status check(const ExecContext& context, const CausalArgs& args) {
  constexpr auto kAny = ArgumentCheck::kAny;
  ArgumentCheck check(context, "causal");
  check.f32("y", args.y, {kAny, kAny, kAny, kAny});
  if (!check.ok()) return check.status();
  const Shape& y = args.y.shape;
  const std::int64_t page_tokens = args.pool.page_tokens;
  check.require(y[2] >= 3, "y must hold a query, a key and a value for each kv head")
      .require(page_tokens >= kKeyPanel && page_tokens % kKeyPanel == 0,
               "page_tokens must be a positive multiple of 16")
      .require(args.rotary.dim % 2 == 0 && args.rotary.dim >= 0 && args.rotary.dim <= y[3],
               "the rotary dimension must be even and at most D")
      .i32("positions", args.positions, {y[0]})
      .i32("page_table", args.page_table, {kAny})
      .f32("pool", args.pool.data, {kAny, kAny, 2 * y[1] * page_tokens * y[3]})
      .f32("z", args.z, {y[0], y[1] * (y[2] - 2), y[3]})
      .apart("z", args.z, "y", args.y)
      .spans(args.spans, y[0]);
  if (!check.ok()) return check.status();
  check.require(args.layer >= 0 && args.layer < args.pool.data.shape[1], "there is no such layer")
      .indices("positions", args.positions, kNonNegative);
  check_pages(check, args);
  return check.status();
}

}  // namespace arges::kernels
