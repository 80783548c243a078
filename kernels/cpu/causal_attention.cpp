// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <vector>

#include "kernels/cpu/backend.h"
#include "kernels/cpu/panel_product.h"
#include "kernels/cpu/parallel.h"
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
  std::size_t sequence;
  std::int64_t kv_head;
  std::int64_t first_row;
  std::int64_t rows;
  std::int64_t visible;  // tokens that its last row sees: the cost

  std::int64_t segments() const { return (visible + kSegmentTokens - 1) / kSegmentTokens; }
};

struct Extents {
  std::int64_t heads;
  std::int64_t kv_heads;
  std::int64_t width;

  std::int64_t group() const { return heads / kv_heads; }
};

Extents extents(const CausalAttentionArgs& args) {
  return {args.q.shape[1], args.k.shape[1], args.q.shape[2]};
}

// Tokens [first, …) of one page, as many as SoftmaxBlock takes.
KeyBlock block_at(const KvPages& cache, const Extents& e, std::int64_t kv_head, std::int64_t first,
                  std::int64_t end) {
  const std::int64_t slot = first % cache.page_tokens;
  const float* page = cache.pages[static_cast<std::size_t>(first / cache.page_tokens)];
  const float* keys = page + (kv_head * cache.page_tokens + slot) * e.width;
  const float* values = page + ((e.kv_heads + kv_head) * cache.page_tokens + slot) * e.width;
  const std::int64_t tokens =
      std::min({SoftmaxBlock::kMostTokens, cache.page_tokens - slot, end - first});
  return {keys, values, e.width, tokens};
}

// Writes the key and value of one new token, all kv heads, into its page.
void store_token(const CausalAttentionArgs& args, const KvPages& cache, std::int64_t row,
                 std::int64_t token) {
  const Extents e = extents(args);
  const std::int64_t slot = token % cache.page_tokens;
  float* page = cache.pages[static_cast<std::size_t>(token / cache.page_tokens)];
  for (std::int64_t head = 0; head < e.kv_heads; ++head) {
    const float* k = args.k.f32() + (row * e.kv_heads + head) * e.width;
    const float* v = args.v.f32() + (row * e.kv_heads + head) * e.width;
    float* keys = page + (head * cache.page_tokens + slot / kPanel * kPanel) * e.width;
    for (std::int64_t c = 0; c < e.width; ++c) keys[c * kPanel + slot % kPanel] = k[c];
    std::copy_n(v, e.width, page + ((e.kv_heads + head) * cache.page_tokens + slot) * e.width);
  }
}

void store_new_tokens(const ExecContext& context, const CausalAttentionArgs& args) {
  const Extents e = extents(args);
  for (std::size_t s = 0; s < args.sequences.size(); ++s) {
    const SequenceSpan& span = args.sequences[s];
    context.pool->parallel_for(
        span.count, row_grain(2 * e.kv_heads * e.width), [&](std::int64_t begin, std::int64_t end) {
          for (std::int64_t t = begin; t < end; ++t) {
            store_token(args, args.caches[s], span.begin + t, args.caches[s].length + t);
          }
        });
  }
}

// Where query row `row` of a task lies in q and out.
std::int64_t row_offset(const CausalAttentionArgs& args, const Task& task, std::int64_t row) {
  const Extents e = extents(args);
  const std::int64_t r = task.first_row + row;
  const std::int64_t token = args.sequences[task.sequence].begin + r / e.group();
  return (token * e.heads + task.kv_head * e.group() + r % e.group()) * e.width;
}

SoftmaxBlock begin_softmax(const CausalAttentionArgs& args, const Task& task, float* scratch) {
  std::array<const float*, SoftmaxBlock::kMostQueries> rows{};
  for (std::int64_t i = 0; i < task.rows; ++i) {
    rows[static_cast<std::size_t>(i)] = args.q.f32() + row_offset(args, task, i);
  }
  return SoftmaxBlock({rows.data(), static_cast<std::size_t>(task.rows)}, args.q.shape[2],
                      args.scale, scratch);
}

// Absorbs what the task's queries see of one segment.
void absorb_segment(const CausalAttentionArgs& args, const Task& task, std::int64_t segment,
                    SoftmaxBlock& softmax) {
  const Extents e = extents(args);
  const KvPages& cache = args.caches[task.sequence];
  const std::int64_t end = std::min(task.visible, (segment + 1) * kSegmentTokens);
  for (std::int64_t first = segment * kSegmentTokens; first < end;) {
    const KeyBlock block = block_at(cache, e, task.kv_head, first, end);
    softmax.absorb(block, [&](std::int64_t i) {
      return cache.length + (task.first_row + i) / e.group() + 1 - first;
    });
    first += block.tokens;
  }
}

// Floats of scratch that a task needs: SoftmaxBlock's, and the sums over its segments.
std::int64_t task_scratch_floats(std::int64_t width) {
  return SoftmaxBlock::scratch_floats(width) + SoftmaxBlock::kMostQueries * width;
}

// A whole task on one thread.
void run(const CausalAttentionArgs& args, const Task& task, float* scratch) {
  const std::int64_t width = args.q.shape[2];
  SoftmaxBlock softmax = begin_softmax(args, task, scratch);
  const auto out = [&](std::int64_t i) { return args.out.f32() + row_offset(args, task, i); };
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
std::vector<Task> make_tasks(const CausalAttentionArgs& args, std::int64_t most_rows) {
  const Extents e = extents(args);
  std::vector<Task> tasks;
  for (std::size_t s = 0; s < args.sequences.size(); ++s) {
    const std::int64_t rows = args.sequences[s].count * e.group();
    for (std::int64_t head = 0; head < e.kv_heads; ++head) {
      for (std::int64_t row = 0; row < rows; row += most_rows) {
        const std::int64_t count = std::min(most_rows, rows - row);
        const std::int64_t visible = args.caches[s].length + (row + count - 1) / e.group() + 1;
        tasks.push_back({s, head, row, count, visible});
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
void write_rows(const CausalAttentionArgs& args, const SegmentTask& first, const Parts& parts,
                float* scratch) {
  const Task& task = *first.task;
  for (std::int64_t i = 0; i < task.rows; ++i) {
    SoftmaxSum sum(scratch, args.q.shape[2]);
    for (std::int64_t n = 0; n < task.segments(); ++n) {
      sum.add(parts.load(first.first_part + i * task.segments() + n));
    }
    sum.write(args.out.f32() + row_offset(args, task, i));
  }
}

// The segments of all tasks shared among the threads, then the sums over them: for decode steps far
// into a conversation, where tasks are few and long.
Status run_segments(const ExecContext& context, const CausalAttentionArgs& args,
                    std::span<const Task> tasks) {
  const std::int64_t width = args.q.shape[2];
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

Status causal_attention(const ExecContext& context, const CausalAttentionArgs& args) {
  store_new_tokens(context, args);
  std::vector<Task> tasks = make_tasks(args, SoftmaxBlock::kMostQueries);
  const auto threads = static_cast<std::size_t>(context.pool->size());
  if (tasks.size() < threads) {
    if (has_segments(tasks)) return run_segments(context, args, tasks);
    tasks = make_tasks(args, kPanel);
  }
  std::stable_sort(tasks.begin(), tasks.end(),
                   [](const Task& a, const Task& b) { return a.visible > b.visible; });
  return parallel_tasks(context, static_cast<std::int64_t>(tasks.size()),
                        task_scratch_floats(args.q.shape[2]),
                        [&](std::int64_t task, float* scratch) {
                          run(args, tasks[static_cast<std::size_t>(task)], scratch);
                        });
}

}  // namespace arges::kernels::cpu
