// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>

#include "kernels/cpu/attention_extents.h"
#include "kernels/cpu/backend.h"
#include "kernels/cpu/dot_attention.h"
#include "kernels/cpu/interleave.h"
#include "kernels/cpu/panel_product.h"
#include "kernels/cpu/parallel.h"
#include "kernels/cpu/softmax_block.h"

namespace arges::kernels::cpu {
namespace {

// The extents of the op, and what they make of the keys.
struct Heads : AttentionExtents {
  std::int64_t panels() const { return (tokens + kPanel - 1) / kPanel; }
  std::int64_t packed_floats() const { return panels() * kPanel * width; }
};

// The keys of one head in panels, as SoftmaxBlock reads them.
void pack_keys(const Heads& heads, const float* keys, float* out) {
  for (std::int64_t first = 0; first < heads.tokens; first += kPanel) {
    std::array<const float*, kPanel> rows{};
    const auto count = static_cast<std::size_t>(std::min(kPanel, heads.tokens - first));
    for (std::size_t t = 0; t < count; ++t) {
      rows[t] = keys + (first + static_cast<std::int64_t>(t)) * heads.row_step();
    }
    interleave_rows({rows.data(), count}, heads.width, out + first * heads.width, kPanel);
  }
}

// Queries [begin, end) of one head over all its tokens; q and out point at the head's first.
void attend(const Heads& heads, const KeyBlock& all, const float* q, float scale,
            std::int64_t begin, std::int64_t end, float* scratch, float* out) {
  std::array<const float*, SoftmaxBlock::kMostQueries> rows{};
  const auto count = static_cast<std::size_t>(end - begin);
  for (std::size_t i = 0; i < count; ++i) {
    rows[i] = q + (begin + static_cast<std::int64_t>(i)) * heads.row_step();
  }
  SoftmaxBlock softmax({rows.data(), count}, heads.width, scale, scratch);
  for (std::int64_t first = 0; first < all.tokens; first += SoftmaxBlock::kMostTokens) {
    const std::int64_t tokens = std::min(SoftmaxBlock::kMostTokens, all.tokens - first);
    softmax.absorb({all.keys + first * heads.width, all.values + first * all.value_step,
                    all.value_step, tokens},
                   [=](std::int64_t) { return tokens; });
  }
  for (std::int64_t i = begin; i < end; ++i) {
    softmax.write(i - begin, out + i * heads.row_step());
  }
}

}  // namespace

Status bidirectional_attention(const ExecContext& context, const BidirectionalAttentionArgs& args) {
  if (args.row_type == DType::kBF16) return dot_attention(context, args);
  const Heads heads{{args.q.shape[1], args.q.shape[2], args.q.shape[3]}};
  const std::int64_t item_heads = args.q.shape[0] * heads.heads;
  Arena::Scope scope(*context.workspace);
  ARGES_ASSIGN_OR_RETURN(const TensorView packed,
                         context.workspace->allocate({item_heads, heads.packed_floats()}));
  context.pool->parallel_for(item_heads, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      pack_keys(heads, args.k.f32() + heads.offset(i), packed.f32() + i * heads.packed_floats());
    }
  });
  const std::int64_t blocks =
      (heads.tokens + SoftmaxBlock::kMostQueries - 1) / SoftmaxBlock::kMostQueries;
  return parallel_tasks(context, item_heads * blocks, SoftmaxBlock::scratch_floats(heads.width),
                        [&](std::int64_t task, float* scratch) {
                          const std::int64_t i = task / blocks;
                          const std::int64_t block = task % blocks;
                          const std::int64_t at = heads.offset(i);
                          const KeyBlock all{packed.f32() + i * heads.packed_floats(),
                                             args.v.f32() + at, heads.row_step(), heads.tokens};
                          attend(heads, all, args.q.f32() + at, args.scale,
                                 block * heads.tokens / blocks, (block + 1) * heads.tokens / blocks,
                                 scratch, args.out.f32() + at);
                        });
}

}  // namespace arges::kernels::cpu
