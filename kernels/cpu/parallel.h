// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>

#include "kernels/base/exec_context.h"
#include "kernels/base/status.h"

namespace arges::kernels::cpu {

// Elements below which a loop over memory is not worth sharing: about what one core does while
// another wakes.
constexpr std::int64_t kSmallestShare = 8192;

// Rows of `width` elements to give to a thread at a time.
inline std::int64_t row_grain(std::int64_t width) {
  return std::max<std::int64_t>(1, kSmallestShare / std::max<std::int64_t>(1, width));
}

// Runs body(task, scratch) for every task in [0, tasks), each thread with its own `scratch_floats`
// floats of workspace. Tasks start in ascending order, so the longest should come first. A thread
// takes a sixteenth of its share at a time, at least one: threads that asked for each of some
// hundred small tasks would wait for one another.
template <typename Body>
Status parallel_tasks(const ExecContext& context, std::int64_t tasks, std::int64_t scratch_floats,
                      const Body& body) {
  const std::int64_t lanes = std::min<std::int64_t>(tasks, context.pool->size());
  if (lanes <= 0) return {};
  Arena::Scope scope(*context.workspace);
  // Whole cache lines, so that two threads never write to the same one.
  const std::int64_t stride = (scratch_floats + 15) / 16 * 16;
  ARGES_ASSIGN_OR_RETURN(const TensorView scratch, context.workspace->allocate({lanes, stride}));
  const std::int64_t run = std::max<std::int64_t>(1, tasks / (16 * lanes));
  std::atomic<std::int64_t> next{0};
  context.pool->parallel_for(lanes, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t lane = begin; lane < end; ++lane) {
      float* mine = scratch.f32() + lane * stride;
      for (std::int64_t first = next.fetch_add(run); first < tasks; first = next.fetch_add(run)) {
        const std::int64_t last = std::min(first + run, tasks) - 1;
        for (std::int64_t task = first; task <= last; ++task) body(task, mine);
      }
    }
  });
  return {};
}

}  // namespace arges::kernels::cpu
