// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <vector>

#include "kernels/cpu/backend.h"
#include "kernels/cpu/panel_product.h"
#include "kernels/cpu/parallel.h"
#include "kernels/cpu/rotary.h"
#include "kernels/cpu/softmax_block.h"

namespace arges::kernels::cpu {
namespace {

static_assert(kKeyPanel == kPanel, "SoftmaxBlock reads the keys where they are stored");

// Tokens of a cache that are absorbed without a break. A longer past is cut into such segments,
// whose parts are added up: fixed positions, so that a query has the same bits whoever absorbs
// them, one thread or many, and whatever comes with it. A multiple of kKeyPanel.
constexpr std::int64_t kSegmentTokens = 2048;

// Some queries of one sequence that read the same kv head. Query row r is head r % group of the
// head's group at the sequence's new token r / group.
struct Task {
  const StepSpan* span;  // all of the sequence's new tokens
  std::int64_t kv_head;
  std::int64_t first_row;
  std::int64_t rows;
  std::int64_t visible;  // tokens that its last row sees: the cost

  std::int64_t segments() const { return (visible + kSegmentTokens - 1) / kSegmentTokens; }
};

struct Extents {
  std::int64_t kv_heads;
  std::int64_t group;  // query heads of a kv head
  std::int64_t width;

  // From a row of y to the next, and from a kv head to the next.
  std::int64_t head_step() const { return (group + 2) * width; }
  std::int64_t row_step() const { return kv_heads * head_step(); }
};

Extents extents(const CausalArgs& args) {
  return {args.y.shape[1], args.y.shape[2] - 2, args.y.shape[3]};
}

// Where a token of a span's sequence is kept, this layer.
float* page_of(const CausalArgs& args, const StepSpan& span, std::int64_t token) {
  const Shape& pool = args.pool.data.shape;
  const std::int64_t index = span.first_page + token / args.pool.page_tokens;
  const std::int64_t page = args.page_table.i32()[index];
  return args.pool.data.f32() + (page * pool[1] + args.layer) * pool[2];
}

// Tokens [first, …) of one page, as many as SoftmaxBlock takes.
KeyBlock block_at(const CausalArgs& args, const Task& task, std::int64_t first, std::int64_t end) {
  const Extents e = extents(args);
  const std::int64_t page_tokens = args.pool.page_tokens;
  const std::int64_t slot = first % page_tokens;
  const float* page = page_of(args, *task.span, first);
  const float* keys = page + (task.kv_head * page_tokens + slot) * e.width;
  const float* values = page + ((e.kv_heads + task.kv_head) * page_tokens + slot) * e.width;
  const std::int64_t tokens =
      std::min({SoftmaxBlock::kMostTokens, page_tokens - slot, end - first});
  return {keys, values, e.width, tokens};
}

// Writes the key and value of one new token, all kv heads, into its page.
void store_token(const CausalArgs& args, const StepSpan& span, std::int64_t row) {
  const Extents e = extents(args);
  const std::int64_t page_tokens = args.pool.page_tokens;
  const std::int64_t token = span.position + row - span.row;
  const std::int64_t slot = token % page_tokens;
  float* page = page_of(args, span, token);
  for (std::int64_t head = 0; head < e.kv_heads; ++head) {
    const float* k = args.y.f32() + row * e.row_step() + head * e.head_step() + e.group * e.width;
    float* keys = page + (head * page_tokens + slot / kPanel * kPanel) * e.width;
    for (std::int64_t c = 0; c < e.width; ++c) keys[c * kPanel + slot % kPanel] = k[c];
    std::copy_n(k + e.width, e.width, page + ((e.kv_heads + head) * page_tokens + slot) * e.width);
  }
}

// The span that a row belongs to.
const StepSpan& span_of(std::span<const StepSpan> spans, std::int64_t row) {
  const auto after =
      std::upper_bound(spans.begin(), spans.end(), row,
                       [](std::int64_t value, const StepSpan& span) { return value < span.row; });
  return *(after - 1);
}

// The new tokens: queries and keys are rotated where they lie, then keys and values stored.
Status rotate_and_store(const ExecContext& context, const CausalArgs& args,
                        std::span<const StepSpan> spans) {
  const Extents e = extents(args);
  const RotaryAngles angles(args.rotary);
  return parallel_tasks(context, args.y.shape[0], args.rotary.dim,
                        [&](std::int64_t row, float* turn) {
                          angles.fill(args.positions.i32()[row], turn);
                          for (std::int64_t head = 0; head < e.kv_heads; ++head) {
                            float* x = args.y.f32() + row * e.row_step() + head * e.head_step();
                            for (std::int64_t i = 0; i <= e.group; ++i)
                              angles.rotate(turn, x + i * e.width);
                          }
                          store_token(args, span_of(spans, row), row);
                        });
}

// Where query row `row` of a task lies in y and in z.
struct QueryPlace {
  const float* query;
  float* out;
};

QueryPlace place_of(const CausalArgs& args, const Task& task, std::int64_t row) {
  const Extents e = extents(args);
  const std::int64_t r = task.first_row + row;
  const std::int64_t token = task.span->row + r / e.group;
  const std::int64_t head = r % e.group;
  return {args.y.f32() + token * e.row_step() + task.kv_head * e.head_step() + head * e.width,
          args.z.f32() + ((token * e.kv_heads + task.kv_head) * e.group + head) * e.width};
}

SoftmaxBlock begin_softmax(const CausalArgs& args, const Task& task, float* scratch) {
  std::array<const float*, SoftmaxBlock::kMostQueries> rows{};
  for (std::int64_t i = 0; i < task.rows; ++i) {
    rows[static_cast<std::size_t>(i)] = place_of(args, task, i).query;
  }
  return SoftmaxBlock({rows.data(), static_cast<std::size_t>(task.rows)}, extents(args).width,
                      args.scale, scratch);
}

// Absorbs what the task's queries see of one segment.
void absorb_segment(const CausalArgs& args, const Task& task, std::int64_t segment,
                    SoftmaxBlock& softmax) {
  const Extents e = extents(args);
  const std::int64_t end = std::min(task.visible, (segment + 1) * kSegmentTokens);
  for (std::int64_t first = segment * kSegmentTokens; first < end;) {
    const KeyBlock block = block_at(args, task, first, end);
    softmax.absorb(block, [&](std::int64_t i) {
      return task.span->position + (task.first_row + i) / e.group + 1 - first;
    });
    first += block.tokens;
  }
}

// Floats of scratch that a task needs: SoftmaxBlock's, and the sums over its segments.
std::int64_t task_scratch_floats(std::int64_t width) {
  return SoftmaxBlock::scratch_floats(width) + SoftmaxBlock::kMostQueries * width;
}

// A whole task on one thread.
void run(const CausalArgs& args, const Task& task, float* scratch) {
  const std::int64_t width = extents(args).width;
  SoftmaxBlock softmax = begin_softmax(args, task, scratch);
  const auto out = [&](std::int64_t i) { return place_of(args, task, i).out; };
  if (task.segments() == 1) {
    absorb_segment(args, task, 0, softmax);
    for (std::int64_t i = 0; i < task.rows; ++i) softmax.write(i, out(i));
    return;
  }
  std::array<SoftmaxSum, SoftmaxBlock::kMostQueries> sums;
  float* space = scratch + SoftmaxBlock::scratch_floats(width);
  for (std::int64_t i = 0; i < task.rows; ++i) {
    sums[static_cast<std::size_t>(i)] = SoftmaxSum(space + i * width, width);
  }
  for (std::int64_t segment = 0; segment < task.segments(); ++segment) {
    softmax.restart();
    absorb_segment(args, task, segment, softmax);
    for (std::int64_t i = 0; i < task.rows; ++i) {
      sums[static_cast<std::size_t>(i)].add(softmax.part(i));
    }
  }
  for (std::int64_t i = 0; i < task.rows; ++i) sums[static_cast<std::size_t>(i)].write(out(i));
}

// Cuts every sequence and kv head into blocks of at most `most_rows` query rows.
std::vector<Task> make_tasks(const CausalArgs& args, std::span<const StepSpan> spans,
                             std::int64_t most_rows) {
  const Extents e = extents(args);
  std::vector<Task> tasks;
  for (const StepSpan& span : spans) {
    const std::int64_t rows = span.count * e.group;
    for (std::int64_t head = 0; head < e.kv_heads; ++head) {
      for (std::int64_t row = 0; row < rows; row += most_rows) {
        const std::int64_t count = std::min(most_rows, rows - row);
        const std::int64_t visible = span.position + (row + count - 1) / e.group + 1;
        tasks.push_back({&span, head, row, count, visible});
      }
    }
  }
  return tasks;
}

// One segment of a task, and where its parts go: rows · segments parts of the task, row by row.
struct SegmentTask {
  const Task* task;
  std::int64_t segment;
  std::int64_t first_part;
};

std::vector<SegmentTask> cut_segments(std::span<const Task> tasks, std::int64_t& parts) {
  std::vector<SegmentTask> segments;
  for (const Task& task : tasks) {
    for (std::int64_t i = 0; i < task.segments(); ++i) segments.push_back({&task, i, parts});
    parts += task.rows * task.segments();
  }
  return segments;
}

// Parts in memory: largest, total, sums of each.
class Parts {
 public:
  Parts(float* data, std::int64_t width) : data_(data), width_(width) {}

  void store(std::int64_t index, const SoftmaxPart& part) {
    float* out = data_ + index * floats(width_);
    out[0] = part.largest;
    out[1] = part.total;
    if (part.total != 0.0f) std::copy_n(part.sums, width_, out + 2);
  }
  SoftmaxPart load(std::int64_t index) const {
    const float* in = data_ + index * floats(width_);
    return {in[0], in[1], in + 2};
  }

  static std::int64_t floats(std::int64_t width) { return width + 2; }

 private:
  float* data_;
  std::int64_t width_;
};

// Adds up the parts of every row of a task.
void write_rows(const CausalArgs& args, const SegmentTask& first, const Parts& parts,
                float* scratch) {
  const Task& task = *first.task;
  for (std::int64_t i = 0; i < task.rows; ++i) {
    SoftmaxSum sum(scratch, extents(args).width);
    for (std::int64_t n = 0; n < task.segments(); ++n) {
      sum.add(parts.load(first.first_part + i * task.segments() + n));
    }
    sum.write(place_of(args, task, i).out);
  }
}

// The segments of all tasks shared among the threads, then the sums over them: for decode steps far
// into a conversation, where tasks are few and long.
Status run_segments(const ExecContext& context, const CausalArgs& args,
                    std::span<const Task> tasks) {
  const std::int64_t width = extents(args).width;
  std::int64_t count = 0;
  const std::vector<SegmentTask> segments = cut_segments(tasks, count);
  Arena::Scope scope(*context.workspace);
  ARGES_ASSIGN_OR_RETURN(const TensorView space,
                         context.workspace->allocate({count, Parts::floats(width)}));
  Parts parts(space.f32(), width);
  const auto each = static_cast<std::int64_t>(segments.size());
  ARGES_RETURN_IF_ERROR(parallel_tasks(
      context, each, SoftmaxBlock::scratch_floats(width), [&](std::int64_t index, float* scratch) {
        const SegmentTask& s = segments[static_cast<std::size_t>(index)];
        SoftmaxBlock softmax = begin_softmax(args, *s.task, scratch);
        absorb_segment(args, *s.task, s.segment, softmax);
        for (std::int64_t i = 0; i < s.task->rows; ++i) {
          parts.store(s.first_part + i * s.task->segments() + s.segment, softmax.part(i));
        }
      }));
  return parallel_tasks(context, each, width, [&](std::int64_t index, float* scratch) {
    const SegmentTask& s = segments[static_cast<std::size_t>(index)];
    if (s.segment == 0) write_rows(args, s, parts, scratch);
  });
}

bool has_segments(std::span<const Task> tasks) {
  return std::any_of(tasks.begin(), tasks.end(), [](const Task& t) { return t.segments() > 1; });
}

}  // namespace

Status causal(const ExecContext& context, const CausalArgs& args) {
  std::vector<StepSpan> spans;
  for (const SequenceSpans& sequence : sequences_of(args.spans)) spans.push_back(sequence.whole());
  ARGES_RETURN_IF_ERROR(rotate_and_store(context, args, spans));
  std::vector<Task> tasks = make_tasks(args, spans, SoftmaxBlock::kMostQueries);
  const auto threads = static_cast<std::size_t>(context.pool->size());
  if (tasks.size() < threads) {
    if (has_segments(tasks)) return run_segments(context, args, tasks);
    tasks = make_tasks(args, spans, kPanel);
  }
  std::stable_sort(tasks.begin(), tasks.end(),
                   [](const Task& a, const Task& b) { return a.visible > b.visible; });
  return parallel_tasks(context, static_cast<std::int64_t>(tasks.size()),
                        task_scratch_floats(extents(args).width),
                        [&](std::int64_t task, float* scratch) {
                          run(args, tasks[static_cast<std::size_t>(task)], scratch);
                        });
}

}  // namespace arges::kernels::cpu
