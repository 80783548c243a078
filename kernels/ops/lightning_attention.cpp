// SPDX-License-Identifier: Apache-2.0
#include "kernels/ops/lightning_attention.h"

#include "kernels/op_table.h"
#include "kernels/ops/argument_check.h"

namespace arges::kernels {

Status lightning_attention(const ExecContext& context, const LightningAttentionArgs& args) {
  constexpr auto kAny = ArgumentCheck::kAny;
  ArgumentCheck check(context, "lightning_attention");
  check.f32("qkv", args.qkv, {kAny, kAny, 3, kAny});
  if (!check.ok()) return check.status();
  const Shape& qkv = args.qkv.shape;
  check.f32("slopes", args.slopes, {qkv[1]})
      .f32("out", args.out, {qkv[0], qkv[1], qkv[3]})
      .apart("out", args.out, "qkv", args.qkv)
      .also(check_sequence_spans(args.sequences, qkv[0]))
      .require(args.states.size() == args.sequences.size(), "each sequence needs one state");
  for (const float* state : args.states) check.require(state != nullptr, "a state is null");
  if (!check.ok()) return check.status();
  return context.ops->lightning_attention(context, args);
}

}  // namespace arges::kernels
