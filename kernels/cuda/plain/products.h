// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/base/exec_context.h"
#include "kernels/cuda/plain/rows.h"
#include "kernels/cuda/plain/scalar.h"
#include "kernels/ops/head.h"
#include "kernels/ops/layer_norm_linear.h"
#include "kernels/ops/linear.h"
#include "kernels/ops/linear_residual.h"
#include "kernels/ops/norm_linear.h"
#include "kernels/ops/patch_embedding.h"

namespace arges::kernels::plain {

struct LinearBody {
  const float* x;
  Weight weight;
  const float* bias;
  Activation activation;
  float* out;

  ARGES_ANYWHERE void operator()(std::int64_t i) const {
    const std::int64_t output = i % weight.rows;
    const float* row = x + i / weight.rows * weight.cols;
    float sum = weight.dot(output, [row](std::int64_t j) { return row[j]; });
    if (bias != nullptr) sum += bias[output];
    out[i] = activate(sum, activation);
  }
};

template <class Executor>
Status linear(const Executor& executor, const ExecContext&, const LinearArgs& args) {
  return executor.each(args.out.shape.count(),
                       LinearBody{args.x.f32(), Weight(*args.weight), args.bias.f32(),
                                  args.activation, args.out.f32()});
}

template <class Executor>
Status layer_norm_linear(const Executor& executor, const ExecContext& context,
                         const LayerNormLinearArgs& args) {
  const Arena::Scope scope(*context.workspace);
  ARGES_ASSIGN_OR_RETURN(const TensorView normed, context.workspace->allocate(args.x.shape));
  ARGES_RETURN_IF_ERROR(layer_norm(
      executor, context, {args.x, args.norm_weight, args.norm_bias, args.epsilon, normed}));
  return linear(executor, context, {normed, args.weight, args.bias, args.activation, args.out});
}

// Of normed rows; logits of some rows, where `rows` names them.
struct NormLinearBody {
  NormedRows n;
  const std::int32_t* rows;
  Weight weight;
  float* out;

  ARGES_ANYWHERE void operator()(std::int64_t i) const {
    const std::int64_t row = i / weight.rows;
    const std::int64_t source = rows == nullptr ? row : rows[row];
    const NormedRows& normed = n;
    out[i] = weight.dot(i % weight.rows, [&normed, row, source](std::int64_t j) {
      return normed.x[source * normed.width + j] * normed.inverse[row] * normed.weight[j];
    });
  }
};

template <class Executor>
Status norm_linear(const Executor& executor, const ExecContext&, const NormLinearArgs& args) {
  const std::int64_t width = args.weight->cols;
  ARGES_RETURN_IF_ERROR(executor.each(
      args.x.shape[0],
      InverseRms{args.x.f32(), nullptr, width, args.norm.epsilon, args.inverse_rms.f32()}));
  const NormedRows n{args.x.f32(), args.inverse_rms.f32(), args.norm.weight.f32(), width};
  return executor.each(args.y.shape.count(),
                       NormLinearBody{n, nullptr, Weight(*args.weight), args.y.f32()});
}

template <class Executor>
Status head(const Executor& executor, const ExecContext& context, const HeadArgs& args) {
  const Arena::Scope scope(*context.workspace);
  const std::int64_t width = args.weight->cols;
  const std::int64_t rows = args.rows.shape[0];
  ARGES_ASSIGN_OR_RETURN(const TensorView inverse, context.workspace->allocate({rows}));
  ARGES_RETURN_IF_ERROR(executor.each(
      rows, InverseRms{args.x.f32(), args.rows.i32(), width, args.norm.epsilon, inverse.f32()}));
  const NormedRows n{args.x.f32(), inverse.f32(), args.norm.weight.f32(), width};
  return executor.each(args.logits.shape.count(),
                       NormLinearBody{n, args.rows.i32(), Weight(*args.weight), args.logits.f32()});
}

struct LinearResidualBody {
  const float* z;
  Weight weight;
  const float* squares;
  std::int64_t squares_width;
  float epsilon;
  ResidualRows residual;

  ARGES_ANYWHERE void operator()(std::int64_t i) const {
    const std::int64_t row = i / weight.rows;
    const float* values = z + row * weight.cols;
    const float scale =
        squares == nullptr ? 1.0f : inverse_rms(squares[row], squares_width, epsilon);
    const float sum = weight.dot(i % weight.rows, [values](std::int64_t j) { return values[j]; });
    residual.add(row, i % weight.rows, scale * sum);
  }
};

template <class Executor>
Status linear_residual(const Executor& executor, const ExecContext&,
                       const LinearResidualArgs& args) {
  return executor.each(
      args.z.shape[0] * args.weight->rows,
      LinearResidualBody{args.z.f32(), Weight(*args.weight), args.norm.squares.f32(),
                         args.norm.width, args.norm.epsilon, ResidualRows(args.residual)});
}

struct PatchEmbeddingBody {
  const float* pixels;
  std::int64_t channels;
  std::int64_t side;
  std::int64_t patch;
  Weight weight;
  const float* class_embedding;
  const float* positions;
  float* out;

  ARGES_ANYWHERE void operator()(std::int64_t i) const {
    const std::int64_t across = side / patch;
    const std::int64_t tokens = 1 + across * across;
    const std::int64_t output = i % weight.rows;
    const std::int64_t token = i / weight.rows % tokens;
    const float* tile = pixels + i / weight.rows / tokens * channels * side * side;
    out[i] = positions[token * weight.rows + output] +
             (token == 0 ? class_embedding[output] : of_patch(tile, token - 1, output));
  }

  ARGES_ANYWHERE float of_patch(const float* tile, std::int64_t index, std::int64_t output) const {
    const std::int64_t top = index / (side / patch) * patch;
    const std::int64_t left = index % (side / patch) * patch;
    const std::int64_t area = patch * patch;
    const PatchEmbeddingBody& self = *this;
    return weight.dot(output, [&self, tile, top, left, area](std::int64_t j) {
      const std::int64_t y = top + j % area / self.patch;
      const std::int64_t x = left + j % self.patch;
      return tile[(j / area * self.side + y) * self.side + x];
    });
  }
};

template <class Executor>
Status patch_embedding(const Executor& executor, const ExecContext&,
                       const PatchEmbeddingArgs& args) {
  return executor.each(
      args.out.shape.count(),
      PatchEmbeddingBody{args.pixels.f32(), args.pixels.shape[1], args.pixels.shape[2], args.patch,
                         Weight(*args.weight), args.class_embedding.f32(), args.positions.f32(),
                         args.out.f32()});
}

}  // namespace arges::kernels::plain
