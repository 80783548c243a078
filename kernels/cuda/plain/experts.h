// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <iterator>
#include <span>

#include "kernels/base/exec_context.h"
#include "kernels/cuda/plain/products.h"
#include "kernels/ops/expert_ffn.h"
#include "kernels/ops/route.h"

namespace arges::kernels::plain {

struct NormBody {
  NormedRows n;
  float* m;

  ARGES_ANYWHERE void operator()(std::int64_t i) const { m[i] = n.at(i / n.width, i % n.width); }
};

// A NaN ranks below every number.
ARGES_ANYWHERE inline bool ranks_before(float a, float b) {
  return b != b ? a == a : a > b;
}

// The best experts of a row, best first, ties to the lower index, and the softmax of their logits;
// equal infinities share, a NaN counts as −∞.
struct ChooseBody {
  const float* logits;
  std::int64_t experts;
  std::int64_t slots;
  std::int32_t* ids;
  float* weights;

  ARGES_ANYWHERE void operator()(std::int64_t row) const {
    const float* of_row = logits + row * experts;
    std::int32_t* chosen = ids + row * slots;
    for (std::int64_t slot = 0; slot < slots; ++slot) {
      std::int32_t best = -1;
      for (std::int32_t e = 0; e < experts; ++e) {
        if (holds(chosen, slot, e)) continue;
        if (best < 0 || ranks_before(of_row[e], of_row[best])) best = e;
      }
      chosen[slot] = best;
    }
    weigh(of_row, chosen, weights + row * slots);
  }

  ARGES_ANYWHERE static bool holds(const std::int32_t* chosen, std::int64_t count,
                                   std::int32_t expert) {
    for (std::int64_t i = 0; i < count; ++i) {
      if (chosen[i] == expert) return true;
    }
    return false;
  }

  ARGES_ANYWHERE void weigh(const float* of_row, const std::int32_t* chosen, float* out) const {
    float total = 0.0f;
    for (std::int64_t i = 0; i < slots; ++i) {
      const float logit = of_row[chosen[i]];
      out[i] = logit == logit ? logit : -HUGE_VALF;
    }
    const float largest = out[0];
    for (std::int64_t i = 0; i < slots; ++i) {
      out[i] = out[i] == largest ? 1.0f : std::exp(out[i] - largest);
      total += out[i];
    }
    for (std::int64_t i = 0; i < slots; ++i) out[i] /= total;
  }
};

// Where an expert's pairs begin, and which they are, ascending. One index more than experts.
struct SortBody {
  const std::int32_t* ids;
  std::int64_t pairs;
  std::int64_t experts;
  std::int32_t* order;
  std::int32_t* offsets;

  ARGES_ANYWHERE void operator()(std::int64_t expert) const {
    std::int32_t lower = 0;
    for (std::int64_t pair = 0; pair < pairs; ++pair) lower += ids[pair] < expert ? 1 : 0;
    offsets[expert] = lower;
    if (expert == experts) return;
    for (std::int64_t pair = 0; pair < pairs; ++pair) {
      if (ids[pair] == expert) order[lower++] = static_cast<std::int32_t>(pair);
    }
  }
};

template <class Executor>
Status route(const Executor& executor, const ExecContext& context, const RouteArgs& args) {
  const Arena::Scope scope(*context.workspace);
  const std::int64_t rows = args.x.shape[0];
  const std::int64_t width = args.router->cols;
  const std::int64_t experts = args.router->rows;
  const Routing& routing = args.routing;
  ARGES_ASSIGN_OR_RETURN(const TensorView logits, context.workspace->allocate({rows, experts}));
  ARGES_RETURN_IF_ERROR(executor.each(
      rows, InverseRms{args.x.f32(), nullptr, width, args.norm.epsilon, args.inverse_rms.f32()}));
  const NormedRows n{args.x.f32(), args.inverse_rms.f32(), args.norm.weight.f32(), width};
  ARGES_RETURN_IF_ERROR(executor.each(rows * width, NormBody{n, args.m.f32()}));
  ARGES_RETURN_IF_ERROR(executor.each(
      rows * experts,
      LinearBody{args.m.f32(), Weight(*args.router), nullptr, Activation::kNone, logits.f32()}));
  ARGES_RETURN_IF_ERROR(executor.each(rows, ChooseBody{logits.f32(), experts, routing.ids.shape[1],
                                                       routing.ids.i32(), routing.weights.f32()}));
  return executor.each(experts + 1, SortBody{routing.ids.i32(), routing.order.shape[0], experts,
                                             routing.order.i32(), routing.offsets.i32()});
}

// All experts' weights, as one kernel argument holds them.
struct ExpertTable {
  static constexpr std::int64_t kMost = 128;

  const void* gate_up[kMost];
  const void* down[kMost];
  Weight gate_up_shape;  // of each
  Weight down_shape;

  explicit ExpertTable(std::span<const Expert> experts)
      : gate_up_shape(experts[0].gate_up), down_shape(experts[0].down) {
    for (std::size_t e = 0; e < experts.size(); ++e) {
      gate_up[e] = experts[e].gate_up.data;
      down[e] = experts[e].down.data;
    }
  }
  ARGES_ANYWHERE static Weight at(const Weight& shape, const void* data) {
    Weight weight = shape;
    weight.data = data;
    return weight;
  }
};

// SiLU(w1 m) ⊙ (w3 m), one number of one pair.
struct InnerBody {
  ExpertTable table;
  const float* m;
  const std::int32_t* ids;
  std::int64_t slots;
  float* inner;  // [pairs, ffn]

  ARGES_ANYWHERE void operator()(std::int64_t i) const {
    const std::int64_t ffn = table.down_shape.cols;
    const std::int64_t pair = i / ffn;
    const std::int64_t gate = i % ffn / kGateRows * 2 * kGateRows + i % ffn % kGateRows;
    const Weight weight = ExpertTable::at(table.gate_up_shape, table.gate_up[ids[pair]]);
    const float* row = m + pair / slots * weight.cols;
    const auto x = [row](std::int64_t j) { return row[j]; };
    inner[i] = activate(weight.dot(gate, x), Activation::kSilu) * weight.dot(gate + kGateRows, x);
  }
};

// A number of a row: its pairs in slot order.
struct DownBody {
  ExpertTable table;
  const float* inner;
  const std::int32_t* ids;
  const float* weights;
  std::int64_t slots;
  ResidualRows residual;

  ARGES_ANYWHERE void operator()(std::int64_t i) const {
    const std::int64_t row = i / residual.width;
    const std::int64_t column = i % residual.width;
    float sum = 0.0f;
    for (std::int64_t pair = row * slots; pair < (row + 1) * slots; ++pair) {
      const Weight weight = ExpertTable::at(table.down_shape, table.down[ids[pair]]);
      const float* h = inner + pair * weight.cols;
      const float product = weight.dot(column, [h](std::int64_t j) { return h[j]; });
      sum = std::fma(weights[pair], product, sum);
    }
    residual.add(row, column, sum);
  }
};

template <class Executor>
Status expert_ffn(const Executor& executor, const ExecContext& context, const ExpertFfnArgs& args) {
  if (std::ssize(args.experts) > ExpertTable::kMost) {
    return unsupported("more than 128 experts are not supported on this device");
  }
  const Arena::Scope scope(*context.workspace);
  const ExpertTable table(args.experts);
  const std::int64_t slots = args.routing.ids.shape[1];
  const std::int64_t pairs = args.m.shape[0] * slots;
  ARGES_ASSIGN_OR_RETURN(const TensorView inner,
                         context.workspace->allocate({pairs, table.down_shape.cols}));
  ARGES_RETURN_IF_ERROR(
      executor.each(inner.shape.count(),
                    InnerBody{table, args.m.f32(), args.routing.ids.i32(), slots, inner.f32()}));
  return executor.each(args.m.shape.count(),
                       DownBody{table, inner.f32(), args.routing.ids.i32(),
                                args.routing.weights.f32(), slots, ResidualRows(args.residual)});
}

}  // namespace arges::kernels::plain
