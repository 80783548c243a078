// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <vector>

#include "kernels/cpu/backend.h"
#include "kernels/cpu/interleave.h"
#include "kernels/cpu/matrix_product.h"
#include "kernels/cpu/parallel.h"
#include "kernels/cpu/weighted_sum.h"

namespace arges::kernels::cpu {
namespace {

// The rows that one expert serves, as a range of `Plan::pairs`.
struct Group {
  const ExpertWeights* expert;
  std::int64_t first;  // its first pair
  RowTiles tiles;
  std::int64_t first_inner_task;  // tasks of the groups before it, gate and up
  std::int64_t first_outer_task;  // the same, down
};

// A pair is one (row, slot), numbered row · slots + slot. Pairs sorted by expert, rows ascending.
struct Plan {
  std::vector<std::int64_t> pairs;
  std::vector<std::int64_t> place;  // where a pair went: pairs[place[p]] == p
  std::vector<Group> groups;
  std::int64_t inner_tasks = 0;
  std::int64_t outer_tasks = 0;
  std::int64_t most_rows = 0;      // of any group
  std::int64_t group_threads = 1;  // that a group can count on
};

std::vector<std::int64_t> count_pairs(const ExpertFfnArgs& args) {
  std::vector<std::int64_t> counts(args.experts.size());
  const std::int64_t pairs = args.expert_ids.shape.count();
  for (std::int64_t p = 0; p < pairs; ++p) {
    ++counts[static_cast<std::size_t>(args.expert_ids.i32()[p])];
  }
  return counts;
}

void add_group(Plan& plan, const ExpertWeights& expert, std::int64_t first, std::int64_t rows) {
  plan.groups.push_back({&expert, first, RowTiles(rows), plan.inner_tasks, plan.outer_tasks});
  plan.inner_tasks += Parts(rows, expert.gate.rows, plan.group_threads).count();
  plan.outer_tasks += Parts(rows, expert.down.rows, plan.group_threads).count();
  plan.most_rows = std::max(plan.most_rows, rows);
}

// A counting sort of the pairs by expert.
Plan make_plan(const ExpertFfnArgs& args, std::int64_t threads) {
  Plan plan;
  std::vector<std::int64_t> next = count_pairs(args);
  const auto idle = std::count(next.begin(), next.end(), 0);
  const std::int64_t groups = static_cast<std::int64_t>(next.size()) - idle;
  plan.group_threads = (threads + groups - 1) / std::max<std::int64_t>(1, groups);
  std::int64_t first = 0;
  for (std::size_t e = 0; e < next.size(); ++e) {
    const std::int64_t rows = next[e];
    next[e] = first;
    if (rows > 0) add_group(plan, args.experts[e], first, rows);
    first += rows;
  }
  plan.pairs.resize(static_cast<std::size_t>(first));
  plan.place.resize(static_cast<std::size_t>(first));
  for (std::int64_t p = 0; p < first; ++p) {
    const std::int64_t at = next[static_cast<std::size_t>(args.expert_ids.i32()[p])]++;
    plan.pairs[static_cast<std::size_t>(at)] = p;
    plan.place[static_cast<std::size_t>(p)] = at;
  }
  return plan;
}

// The last group whose tasks begin at or before `task`.
const Group& group_of(const Plan& plan, std::int64_t Group::*first_task, std::int64_t task) {
  const auto after = std::upper_bound(
      plan.groups.begin(), plan.groups.end(), task,
      [&](std::int64_t value, const Group& group) { return value < group.*first_task; });
  return *(after - 1);
}

// Gathers each group's rows of x into tiles; group g begins at g.first · hidden.
void gather(const ExecContext& context, const ExpertFfnArgs& args, const Plan& plan, float* out) {
  const std::int64_t hidden = args.x.shape[1];
  const std::int64_t slots = args.expert_ids.shape[1];
  const auto groups = static_cast<std::int64_t>(plan.groups.size());
  const std::int64_t pairs_each = args.expert_ids.shape.count() / std::max<std::int64_t>(1, groups);
  context.pool->parallel_for(
      groups, row_grain(hidden * pairs_each), [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t g = begin; g < end; ++g) {
          const Group& group = plan.groups[static_cast<std::size_t>(g)];
          for (std::int64_t tile = 0; tile < group.tiles.count(); ++tile) {
            std::array<const float*, kMostTileRows> rows{};
            const std::int64_t first = group.first + group.tiles.begin(tile);
            const auto size = static_cast<std::size_t>(group.tiles.size(tile));
            for (std::size_t r = 0; r < size; ++r) {
              const std::int64_t pair = plan.pairs[static_cast<std::size_t>(first) + r];
              rows[r] = args.x.f32() + pair / slots * hidden;
            }
            write_tile({rows.data(), size}, hidden, out + first * hidden);
          }
        }
      });
}

// One part of SiLU(gate · x) ⊙ (up · x), left in tiles for the map down.
void inner_part(const Group& group, const Parts::Part& part, const float* x, float* sums,
                std::int64_t sums_floats, float* inner) {
  const Matrix& gate = group.expert->gate;
  const TiledRows tiled{x + group.first * gate.cols, gate.cols, group.tiles};
  const std::int64_t first_row = group.tiles.begin(part.first_tile);
  float* up_sums = sums + sums_floats;
  product_part(tiled, gate, part, sums);
  product_part(tiled, group.expert->up, part, up_sums);
  finish_gate({sums, kPartWidth}, {up_sums, kPartWidth},
              group.tiles.begin(part.last_tile) - first_row, part.columns);
  for (std::int64_t tile = part.first_tile; tile < part.last_tile; ++tile) {
    std::array<const float*, kMostTileRows> rows{};
    const std::int64_t row = group.tiles.begin(tile);
    const auto size = static_cast<std::size_t>(group.tiles.size(tile));
    for (std::size_t r = 0; r < size; ++r) {
      rows[r] = sums + (row - first_row + static_cast<std::int64_t>(r)) * kPartWidth;
    }
    float* out = inner + (group.first + row) * gate.rows +
                 part.first_panel * kPanel * static_cast<std::int64_t>(size);
    interleave_rows({rows.data(), size}, part.columns, out, static_cast<std::int64_t>(size));
  }
}

void outer_part(const Group& group, const Parts::Part& part, const float* inner, float* sums,
                float* out) {
  const Matrix& down = group.expert->down;
  const TiledRows tiled{inner + group.first * down.cols, down.cols, group.tiles};
  const std::int64_t first_row = group.tiles.begin(part.first_tile);
  product_part(tiled, down, part, sums);
  finish_linear(
      {sums, kPartWidth}, group.tiles.begin(part.last_tile) - first_row, part.columns, nullptr,
      Activation::kNone,
      {out + (group.first + first_row) * down.rows + part.first_panel * kPanel, down.rows});
}

// out[row] = Σ_slot weight · (what its expert made), in slot order.
void combine(const ExecContext& context, const ExpertFfnArgs& args, const Plan& plan,
             const float* made) {
  const std::int64_t hidden = args.x.shape[1];
  const std::int64_t slots = args.expert_ids.shape[1];
  context.pool->parallel_for(
      args.x.shape[0], row_grain(hidden * slots), [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t row = begin; row < end; ++row) {
          weighted_sum({plan.place.data() + row * slots, static_cast<std::size_t>(slots)},
                       args.weights.f32() + row * slots, made, hidden,
                       args.out.f32() + row * hidden);
        }
      });
}

}  // namespace

Status expert_ffn(const ExecContext& context, const ExpertFfnArgs& args) {
  if (args.x.shape[0] == 0) return {};
  const Plan plan = make_plan(args, context.pool->size());
  const auto pairs = static_cast<std::int64_t>(plan.pairs.size());
  const std::int64_t hidden = args.x.shape[1];
  const std::int64_t ffn = args.experts.empty() ? 0 : args.experts[0].gate.rows;
  Arena::Scope scope(*context.workspace);
  ARGES_ASSIGN_OR_RETURN(const TensorView x, context.workspace->allocate({pairs, hidden}));
  ARGES_ASSIGN_OR_RETURN(const TensorView inner, context.workspace->allocate({pairs, ffn}));
  ARGES_ASSIGN_OR_RETURN(const TensorView made, context.workspace->allocate({pairs, hidden}));
  gather(context, args, plan, x.f32());
  const std::int64_t sums = part_floats(plan.most_rows);
  ARGES_RETURN_IF_ERROR(
      parallel_tasks(context, plan.inner_tasks, 2 * sums, [&](std::int64_t task, float* scratch) {
        const Group& group = group_of(plan, &Group::first_inner_task, task);
        const Parts parts(group.tiles.begin(group.tiles.count()), ffn, plan.group_threads);
        inner_part(group, parts.part(task - group.first_inner_task), x.f32(), scratch, sums,
                   inner.f32());
      }));
  ARGES_RETURN_IF_ERROR(
      parallel_tasks(context, plan.outer_tasks, sums, [&](std::int64_t task, float* scratch) {
        const Group& group = group_of(plan, &Group::first_outer_task, task);
        const Parts parts(group.tiles.begin(group.tiles.count()), hidden, plan.group_threads);
        outer_part(group, parts.part(task - group.first_outer_task), inner.f32(), scratch,
                   made.f32());
      }));
  combine(context, args, plan, made.f32());
  return {};
}

}  // namespace arges::kernels::cpu
