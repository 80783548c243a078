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

// Some queries of one sequence that read the same kv head. Query row r is head r % group of the
// head's group at the sequence's new token r / group.
struct Task {
  std::size_t sequence;
  std::int64_t kv_head;
  std::int64_t first_row;
  std::int64_t rows;
  std::int64_t visible;  // tokens that its last row sees: the cost
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

void run(const CausalAttentionArgs& args, const Task& task, float* scratch) {
  const Extents e = extents(args);
  const KvPages& cache = args.caches[task.sequence];
  // Where query row r of this sequence and kv head lies in q and out.
  const auto offset = [&](std::int64_t r) {
    const std::int64_t token = args.sequences[task.sequence].begin + r / e.group();
    return (token * e.heads + task.kv_head * e.group() + r % e.group()) * e.width;
  };
  std::array<const float*, SoftmaxBlock::kMostQueries> rows{};
  const auto count = static_cast<std::size_t>(task.rows);
  for (std::size_t i = 0; i < count; ++i) {
    rows[i] = args.q.f32() + offset(task.first_row + static_cast<std::int64_t>(i));
  }
  SoftmaxBlock softmax({rows.data(), count}, e.width, args.scale, scratch);
  for (std::int64_t first = 0; first < task.visible;) {
    const KeyBlock block = block_at(cache, e, task.kv_head, first, task.visible);
    softmax.absorb(block, [&](std::int64_t i) {
      return cache.length + (task.first_row + i) / e.group() + 1 - first;
    });
    first += block.tokens;
  }
  for (std::int64_t i = 0; i < task.rows; ++i) {
    softmax.write(i, args.out.f32() + offset(task.first_row + i));
  }
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

}  // namespace

Status causal_attention(const ExecContext& context, const CausalAttentionArgs& args) {
  store_new_tokens(context, args);
  std::vector<Task> tasks = make_tasks(args, SoftmaxBlock::kMostQueries);
  if (static_cast<int>(tasks.size()) < context.pool->size()) tasks = make_tasks(args, kPanel);
  std::stable_sort(tasks.begin(), tasks.end(),
                   [](const Task& a, const Task& b) { return a.visible > b.visible; });
  return parallel_tasks(context, static_cast<std::int64_t>(tasks.size()),
                        SoftmaxBlock::scratch_floats(args.q.shape[2]),
                        [&](std::int64_t task, float* scratch) {
                          run(args, tasks[static_cast<std::size_t>(task)], scratch);
                        });
}

}  // namespace arges::kernels::cpu
