// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <vector>

#include "kernels/cpu/backend.h"
#include "kernels/cpu/finish.h"
#include "kernels/cpu/lightning_head.h"
#include "kernels/cpu/norm_row.h"
#include "kernels/cpu/panel_product.h"
#include "kernels/cpu/parallel.h"

namespace arges::kernels::cpu {
namespace {

// Shorter blocks do not repay their preparation: they are stepped through.
constexpr std::int64_t kShortestBlock = 12;

struct Extents {
  std::int64_t heads;
  std::int64_t width;

  std::int64_t head_floats() const { return width * width; }
};

Extents extents(const LightningArgs& args) {
  return {args.y.shape[1], args.y.shape[3]};
}

// How the channels of each head are divided among threads when there are fewer heads than threads.
std::int64_t column_parts(const ExecContext& context, std::int64_t heads, std::int64_t width) {
  if (width % kPanel != 0) return 1;
  const std::int64_t wanted = (context.pool->size() + heads - 1) / std::max<std::int64_t>(1, heads);
  return std::clamp<std::int64_t>(wanted, 1, std::max<std::int64_t>(1, width / kPanel));
}

// One head of one sequence, and the channels that one thread takes of it.
struct Task {
  const LightningArgs& args;
  SequenceSpans sequence;
  std::int64_t head;
  std::int64_t first_column;
  std::int64_t end_column;

  float* state(std::int64_t slot) const {
    const Extents e = extents(args);
    const std::int64_t layer = slot * args.states.shape[1] + args.layer;
    return args.states.f32() + (layer * e.heads + head) * e.head_floats();
  }
};

// Brings the state to where it will be written, when it lies elsewhere.
void move_state(const Task& task, const StepSpan& span) {
  if (span.read_slot == span.write_slot) return;
  const std::int64_t width = extents(task.args).width;
  const std::int64_t columns = task.end_column - task.first_column;
  float* to = task.state(span.write_slot) + task.first_column;
  const float* from = span.read_slot < 0 ? nullptr : task.state(span.read_slot) + task.first_column;
  for (std::int64_t i = 0; i < width; ++i) {
    if (from == nullptr) {
      std::fill_n(to + i * width, columns, 0.0f);
    } else {
      std::copy_n(from + i * width, columns, to + i * width);
    }
  }
}

// SiLU of q, k and v of one token after another, [tokens, 3, width].
void activate(const Task& task, std::int64_t row, std::int64_t tokens, float* out) {
  const Extents e = extents(task.args);
  for (std::int64_t t = 0; t < tokens; ++t) {
    const float* in = task.args.y.f32() + ((row + t) * e.heads + task.head) * 4 * e.width;
    silu_row(in, 3 * e.width, out + t * 3 * e.width);
  }
}

// Every block of the sequence, in order. Scratch: the activated block, then lightning_block's.
void run(const Task& task, float* scratch) {
  const Extents e = extents(task.args);
  LightningHead head;
  head.q = scratch;
  head.token_step = 3 * e.width;
  head.width = e.width;
  head.slope = task.args.slopes.f32()[task.head];
  head.state = task.state(task.sequence.spans.front().write_slot);
  head.out_step = e.heads * e.width;
  head.first_column = task.first_column;
  head.end_column = task.end_column;
  const bool blocked = e.width % kPanel == 0 && task.sequence.whole().count >= kShortestBlock;
  const DecayPowers powers = blocked ? decay_powers(head.slope) : DecayPowers{};
  for (const StepSpan& span : task.sequence.spans) {
    move_state(task, span);
    for (std::int64_t first = 0; first < span.count; first += kLightningBlock) {
      const std::int64_t tokens = std::min<std::int64_t>(kLightningBlock, span.count - first);
      const std::int64_t row = span.row + first;
      activate(task, row, tokens, scratch);
      head.out = task.args.z.f32() + (row * e.heads + task.head) * e.width;
      if (blocked && tokens >= kShortestBlock) {
        lightning_block(head, tokens, powers, scratch + kLightningBlock * head.token_step);
      } else {
        lightning_steps(head, tokens);
      }
    }
  }
}

// The output gate, and each row's squares: head by head, so that it does not matter who computed
// which channels.
void gate_rows(const ExecContext& context, const LightningArgs& args) {
  const Extents e = extents(args);
  context.pool->parallel_for(args.y.shape[0], row_grain(e.heads * e.width),
                             [&](std::int64_t begin, std::int64_t end) {
                               for (std::int64_t row = begin; row < end; ++row) {
                                 float squares = 0.0f;
                                 for (std::int64_t head = 0; head < e.heads; ++head) {
                                   const std::int64_t index = row * e.heads + head;
                                   float* o = args.z.f32() + index * e.width;
                                   squares += sum_of_squares(o, e.width);
                                   gate_row(args.y.f32() + (4 * index + 3) * e.width,
                                            args.norm.f32() + head * e.width, e.width, o);
                                 }
                                 args.squares.f32()[row] = squares;
                               }
                             });
}

}  // namespace

Status lightning(const ExecContext& context, const LightningArgs& args) {
  const Extents e = extents(args);
  const std::vector<SequenceSpans> sequences = sequences_of(args.spans);
  const auto all_heads = e.heads * static_cast<std::int64_t>(sequences.size());
  const std::int64_t parts = column_parts(context, all_heads, e.width);
  const std::int64_t scratch = kLightningBlock * 3 * e.width + lightning_scratch_floats(e.width);
  ARGES_RETURN_IF_ERROR(
      parallel_tasks(context, all_heads * parts, scratch, [&](std::int64_t index, float* mine) {
        const std::int64_t head = index / parts;
        const std::int64_t part = index % parts;
        const std::int64_t panels = e.width / kPanel;
        Task task{args, sequences[static_cast<std::size_t>(head / e.heads)], head % e.heads, 0,
                  e.width};
        if (parts > 1) {
          task.first_column = part * panels / parts * kPanel;
          task.end_column = (part + 1) * panels / parts * kPanel;
        }
        run(task, mine);
      }));
  gate_rows(context, args);
  return {};
}

}  // namespace arges::kernels::cpu
