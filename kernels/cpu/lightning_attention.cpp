// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "kernels/cpu/backend.h"
#include "kernels/cpu/lightning_head.h"
#include "kernels/cpu/panel_product.h"
#include "kernels/cpu/parallel.h"

namespace arges::kernels::cpu {
namespace {

// Shorter spans do not repay the preparation of a block.
constexpr std::int64_t kShortestBlocked = 12;

// How the channels of each head are divided among threads when there are fewer heads than threads.
std::int64_t column_parts(const ExecContext& context, std::int64_t heads, std::int64_t width) {
  if (width % kPanel != 0) return 1;
  const std::int64_t wanted = (context.pool->size() + heads - 1) / std::max<std::int64_t>(1, heads);
  return std::clamp<std::int64_t>(wanted, 1, std::max<std::int64_t>(1, width / kPanel));
}

LightningHead head_of(const LightningAttentionArgs& args, std::size_t sequence, std::int64_t head) {
  const std::int64_t heads = args.qkv.shape[1];
  const std::int64_t width = args.qkv.shape[3];
  const std::int64_t first = args.sequences[sequence].begin * heads + head;
  LightningHead result;
  result.q = args.qkv.f32() + first * 3 * width;
  result.token_step = heads * 3 * width;
  result.width = width;
  result.slope = args.slopes.f32()[head];
  result.state = args.states[sequence] + head * width * width;
  result.out = args.out.f32() + first * width;
  result.out_step = heads * width;
  result.end_column = width;
  return result;
}

}  // namespace

Status lightning_attention(const ExecContext& context, const LightningAttentionArgs& args) {
  const std::int64_t heads = args.qkv.shape[1];
  const std::int64_t width = args.qkv.shape[3];
  const auto all_heads = heads * static_cast<std::int64_t>(args.sequences.size());
  const std::int64_t parts = column_parts(context, all_heads, width);
  return parallel_tasks(context, all_heads * parts, lightning_scratch_floats(width),
                        [&](std::int64_t task, float* scratch) {
                          const std::int64_t index = task / parts;
                          const auto sequence = static_cast<std::size_t>(index / heads);
                          const std::int64_t tokens = args.sequences[sequence].count;
                          LightningHead head = head_of(args, sequence, index % heads);
                          const std::int64_t panels = width / kPanel;
                          if (parts > 1) {
                            head.first_column = task % parts * panels / parts * kPanel;
                            head.end_column = (task % parts + 1) * panels / parts * kPanel;
                          }
                          if (tokens < kShortestBlocked || width % kPanel != 0) {
                            lightning_steps(head, tokens);
                          } else {
                            lightning_blocks(head, tokens, scratch);
                          }
                        });
}

}  // namespace arges::kernels::cpu
