// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <vector>

#include "kernels/cpu/backend.h"
#include "kernels/cpu/matrix_product.h"
#include "kernels/cpu/parallel.h"
#include "kernels/cpu/weighted_sum.h"

namespace arges::kernels::cpu {
namespace {

// The rows that one expert serves, as a range of the routing's order.
struct Group {
  const Expert* expert;
  std::int64_t first;  // its first pair
  std::int64_t rows;
  std::int64_t first_inner_task;  // tasks of the groups before it, gate and up
  std::int64_t first_outer_task;  // the same, down
};

struct Plan {
  std::vector<Group> groups;
  std::vector<std::int64_t> place;  // where a pair stands in the order
  std::int64_t inner_tasks = 0;
  std::int64_t outer_tasks = 0;
  std::int64_t most_rows = 0;      // of any group
  std::int64_t group_threads = 1;  // that a group can count on
};

// Gate and up of the same outputs stay in one part, and so does what becomes one group of the rows
// that go down.
Parts inner_parts(const Group& group, std::int64_t threads) {
  const Matrix& weight = group.expert->gate_up;
  const std::int64_t panels = std::max<std::int64_t>(1, group.expert->down.groups.inputs / kPanel);
  static_assert(kPanelsInPart % (2 * kMostGroupInputs / kPanel) == 0);
  return Parts(tiles_for(weight, group.rows), weight, threads, 2 * panels);
}

Parts outer_parts(const Group& group, std::int64_t threads) {
  const Matrix& weight = group.expert->down;
  return Parts(tiles_for(weight, group.rows), weight, threads);
}

// A group's rows of all the pairs' rows, which are in the routing's order.
TiledRows rows_of(const Group& group, const TiledRows& all, const Matrix& weight) {
  return all.part(group.first, tiles_for(weight, group.rows));
}

void add_group(Plan& plan, const Expert& expert, std::int64_t first, std::int64_t rows) {
  plan.groups.push_back({&expert, first, rows, plan.inner_tasks, plan.outer_tasks});
  plan.inner_tasks += inner_parts(plan.groups.back(), plan.group_threads).count();
  plan.outer_tasks += outer_parts(plan.groups.back(), plan.group_threads).count();
  plan.most_rows = std::max(plan.most_rows, rows);
}

Plan make_plan(const ExpertFfnArgs& args, std::int64_t threads) {
  Plan plan;
  const std::int32_t* offsets = args.routing.offsets.i32();
  const std::size_t experts = args.experts.size();
  std::int64_t groups = 0;
  for (std::size_t e = 0; e < experts; ++e) groups += offsets[e + 1] > offsets[e];
  plan.group_threads = (threads + groups - 1) / std::max<std::int64_t>(1, groups);
  for (std::size_t e = 0; e < experts; ++e) {
    const std::int64_t rows = offsets[e + 1] - offsets[e];
    if (rows > 0) add_group(plan, args.experts[e], offsets[e], rows);
  }
  plan.place.resize(static_cast<std::size_t>(args.routing.order.shape[0]));
  for (std::size_t at = 0; at < plan.place.size(); ++at) {
    plan.place[static_cast<std::size_t>(args.routing.order.i32()[at])] =
        static_cast<std::int64_t>(at);
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

// Gathers each group's rows of m into its tiles.
void gather(const ExecContext& context, const ExpertFfnArgs& args, const Plan& plan,
            const TiledRows& out) {
  const std::int64_t width = args.m.shape[1];
  const std::int64_t slots = args.routing.ids.shape[1];
  const auto groups = static_cast<std::int64_t>(plan.groups.size());
  const std::int64_t pairs_each = args.routing.order.shape[0] / std::max<std::int64_t>(1, groups);
  context.pool->parallel_for(
      groups, row_grain(width * pairs_each), [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t g = begin; g < end; ++g) {
          const Group& group = plan.groups[static_cast<std::size_t>(g)];
          const TiledRows tiled = rows_of(group, out, group.expert->gate_up);
          const std::int32_t* pair = args.routing.order.i32() + group.first;
          for (std::int64_t tile = 0; tile < tiled.tiles.count(); ++tile) {
            std::array<const float*, kMostTileRows> rows{};
            const auto size = static_cast<std::size_t>(tiled.tiles.size(tile));
            for (std::size_t r = 0; r < size; ++r) {
              rows[r] = args.m.f32() + *pair++ / slots * width;
            }
            write_tile(tiled, tile, {rows.data(), size}, 0, width);
          }
        }
      });
}

// One part of SiLU(gate · m) ⊙ (up · m), left in tiles for the map down.
void inner_part(const Group& group, const Parts::Part& part, const TiledRows& m, float* sums,
                const TiledRows& inner) {
  const TiledRows tiled = rows_of(group, m, group.expert->gate_up);
  const TiledRows out = rows_of(group, inner, group.expert->down);
  const std::int64_t first_row = tiled.tiles.begin(part.first_tile);
  product_part(tiled, group.expert->gate_up, part, sums);
  finish_gate({sums, kPartWidth}, tiled.tiles.begin(part.last_tile) - first_row, part.panels / 2);
  const std::int64_t first_column = part.first_panel / 2 * kPanel;
  const std::int64_t columns = std::min(part.panels / 2 * kPanel, out.inputs - first_column);
  for (std::int64_t tile = part.first_tile; tile < part.last_tile; ++tile) {
    std::array<const float*, kMostTileRows> rows{};
    const auto size = static_cast<std::size_t>(out.tiles.size(tile));
    for (std::size_t r = 0; r < size; ++r) {
      const std::int64_t row = out.tiles.begin(tile) - first_row + static_cast<std::int64_t>(r);
      rows[r] = sums + row * kPartWidth;
    }
    write_tile(out, tile, {rows.data(), size}, first_column, columns);
  }
}

void outer_part(const Group& group, const Parts::Part& part, const TiledRows& inner, float* sums,
                float* out) {
  const Matrix& down = group.expert->down;
  const TiledRows tiled = rows_of(group, inner, down);
  const std::int64_t first_row = tiled.tiles.begin(part.first_tile);
  product_part(tiled, down, part, sums);
  finish_linear(
      {sums, kPartWidth}, tiled.tiles.begin(part.last_tile) - first_row, part.columns, nullptr,
      Activation::kNone,
      {out + (group.first + first_row) * down.rows + part.first_panel * kPanel, down.rows});
}

// The residual with Σ_slot weight · (what its expert made), in slot order. What the first slot made
// is of no use behind it and holds the sum.
void combine(const ExecContext& context, const ExpertFfnArgs& args, const Plan& plan, float* made) {
  const std::int64_t width = args.m.shape[1];
  const std::int64_t slots = args.routing.ids.shape[1];
  context.pool->parallel_for(
      args.m.shape[0], row_grain(width * slots), [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t row = begin; row < end; ++row) {
          const std::int64_t* places = plan.place.data() + row * slots;
          float* sum = made + places[0] * width;
          weighted_sum({places, static_cast<std::size_t>(slots)},
                       args.routing.weights.f32() + row * slots, made, width, sum);
          finish_residual({sum, width}, 1, width, block_of(args.residual, row, 0));
        }
      });
}

}  // namespace

Status expert_ffn(const ExecContext& context, const ExpertFfnArgs& args) {
  if (args.m.shape[0] == 0) return {};
  const Plan plan = make_plan(args, context.pool->size());
  const std::int64_t pairs = args.routing.order.shape[0];
  const std::int64_t width = args.m.shape[1];
  const Arena::Scope scope(*context.workspace);
  ARGES_ASSIGN_OR_RETURN(const TiledRows m,
                         allocate_tiles(context, args.experts[0].gate_up, pairs));
  ARGES_ASSIGN_OR_RETURN(const TiledRows inner,
                         allocate_tiles(context, args.experts[0].down, pairs));
  ARGES_ASSIGN_OR_RETURN(const TensorView made, context.workspace->allocate({pairs, width}));
  gather(context, args, plan, m);
  const Expert& any = args.experts[0];
  const std::int64_t inner_sums = part_floats(any.gate_up, plan.most_rows);
  const std::int64_t outer_sums = part_floats(any.down, plan.most_rows);
  ARGES_RETURN_IF_ERROR(
      parallel_tasks(context, plan.inner_tasks, inner_sums, [&](std::int64_t task, float* scratch) {
        const Group& group = group_of(plan, &Group::first_inner_task, task);
        const Parts parts = inner_parts(group, plan.group_threads);
        inner_part(group, parts.part(task - group.first_inner_task), m, scratch, inner);
      }));
  ARGES_RETURN_IF_ERROR(
      parallel_tasks(context, plan.outer_tasks, outer_sums, [&](std::int64_t task, float* scratch) {
        const Group& group = group_of(plan, &Group::first_outer_task, task);
        const Parts parts = outer_parts(group, plan.group_threads);
        outer_part(group, parts.part(task - group.first_outer_task), inner, scratch, made.f32());
      }));
  combine(context, args, plan, made.f32());
  return {};
}

}  // namespace arges::kernels::cpu
