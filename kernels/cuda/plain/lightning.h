// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/base/exec_context.h"
#include "kernels/cuda/plain/scalar.h"
#include "kernels/ops/lightning.h"
#include "kernels/ops/step_span.h"

namespace arges::kernels::plain {

// SiLU of q, k and v: [n, heads, 3, D].
struct ActivateBody {
  const float* y;
  std::int64_t width;
  float* qkv;

  ARGES_ANYWHERE void operator()(std::int64_t i) const {
    const std::int64_t head = i / (3 * width);
    qkv[i] = activate(y[head * 4 * width + i % (3 * width)], Activation::kSilu);
  }
};

// One value channel of one head of one sequence, through all its spans: a column of its state.
struct RecurrenceBody {
  const StepSpan* spans;
  std::int64_t span_count;
  const float* qkv;
  const float* slopes;
  float* states;
  std::int64_t layers;
  std::int64_t layer;
  std::int64_t heads;
  std::int64_t width;
  float* o;  // [n, heads, D]

  ARGES_ANYWHERE void operator()(std::int64_t i) const {
    const std::int64_t channel = i % width;
    const std::int64_t head = i / width % heads;
    std::int64_t span = i / width / heads;
    // Spans of a sequence follow one another; the first one's thread runs them all.
    const std::int32_t slot = spans[span].write_slot;
    if (span > 0 && spans[span - 1].write_slot == slot) return;
    for (; span < span_count && spans[span].write_slot == slot; ++span) {
      move(spans[span], head, channel);
      for (std::int64_t row = spans[span].row; row < spans[span].row + spans[span].count; ++row) {
        step(row, head, channel, state_of(slot, head) + channel);
      }
    }
  }

  ARGES_ANYWHERE float* state_of(std::int64_t slot, std::int64_t head) const {
    return states + ((slot * layers + layer) * heads + head) * width * width;
  }

  // Brings the column to where it will be written.
  ARGES_ANYWHERE void move(const StepSpan& span, std::int64_t head, std::int64_t channel) const {
    if (span.read_slot == span.write_slot) return;
    float* to = state_of(span.write_slot, head) + channel;
    const float* from = state_of(span.read_slot < 0 ? 0 : span.read_slot, head) + channel;
    for (std::int64_t k = 0; k < width; ++k) {
      to[k * width] = span.read_slot < 0 ? 0.0f : from[k * width];
    }
  }

  // S ← decay·S + k vᵀ, o = Sᵀ q. The decay comes as decay − 1, which fp32 holds more exactly when
  // the decay is almost 1.
  ARGES_ANYWHERE void step(std::int64_t row, std::int64_t head, std::int64_t channel,
                           float* state) const {
    const float less_one = std::expm1(-slopes[head]);
    const float* q = qkv + (row * heads + head) * 3 * width;
    const float* k = q + width;
    const float v = q[2 * width + channel];
    float sum = 0.0f;
    for (std::int64_t j = 0; j < width; ++j) {
      float& s = state[j * width];
      s = std::fma(k[j], v, std::fma(less_one, s, s));
      sum = std::fma(q[j], s, sum);
    }
    o[(row * heads + head) * width + channel] = sum;
  }
};

// Σ o² of a row, the heads' sums in their order.
struct SquaresBody {
  const float* o;
  std::int64_t heads;
  std::int64_t width;
  float* squares;

  ARGES_ANYWHERE void operator()(std::int64_t row) const {
    float sum = 0.0f;
    for (std::int64_t head = 0; head < heads; ++head) {
      sum += sum_of_squares(o + (row * heads + head) * width, width);
    }
    squares[row] = sum;
  }
};

struct OutputGateBody {
  const float* o;
  const float* y;
  const float* norm;
  std::int64_t heads;
  std::int64_t width;
  float* z;

  ARGES_ANYWHERE void operator()(std::int64_t i) const {
    const float gate = y[i / width * 4 * width + 3 * width + i % width];
    z[i] = o[i] * (sigmoid(gate) * norm[i % (heads * width)]);
  }
};

template <class Executor>
Status lightning(const Executor& executor, const ExecContext& context, const LightningArgs& args) {
  const Arena::Scope scope(*context.workspace);
  const std::int64_t rows = args.y.shape[0];
  const std::int64_t heads = args.y.shape[1];
  const std::int64_t width = args.y.shape[3];
  const std::int64_t spans = args.spans.shape[0];
  ARGES_ASSIGN_OR_RETURN(const TensorView qkv,
                         context.workspace->allocate({rows, heads, 3 * width}));
  ARGES_ASSIGN_OR_RETURN(const TensorView o, context.workspace->allocate({rows, heads, width}));
  ARGES_RETURN_IF_ERROR(
      executor.each(qkv.shape.count(), ActivateBody{args.y.f32(), width, qkv.f32()}));
  ARGES_RETURN_IF_ERROR(
      executor.each(spans * heads * width,
                    RecurrenceBody{static_cast<const StepSpan*>(args.spans.data), spans, qkv.f32(),
                                   args.slopes.f32(), args.states.f32(), args.states.shape[1],
                                   args.layer, heads, width, o.f32()}));
  ARGES_RETURN_IF_ERROR(
      executor.each(rows, SquaresBody{o.f32(), heads, width, args.squares.f32()}));
  return executor.each(o.shape.count(), OutputGateBody{o.f32(), args.y.f32(), args.norm.f32(),
                                                       heads, width, args.z.f32()});
}

}  // namespace arges::kernels::plain
