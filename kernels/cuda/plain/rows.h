// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/base/exec_context.h"
#include "kernels/cuda/plain/scalar.h"
#include "kernels/ops/copy_rows.h"
#include "kernels/ops/embed.h"
#include "kernels/ops/layer_norm.h"
#include "kernels/ops/scaled_add.h"

namespace arges::kernels::plain {

struct EmbedBody {
  const std::int32_t* ids;
  const void* table;
  DType dtype;
  std::int64_t hidden;
  float* x;

  ARGES_ANYWHERE void operator()(std::int64_t i) const {
    x[i] = widen(table, dtype, ids[i / hidden] * hidden + i % hidden);
  }
};

template <class Executor>
Status embed(const Executor& executor, const ExecContext&, const EmbedArgs& args) {
  const std::int64_t hidden = args.table.shape[1];
  ARGES_RETURN_IF_ERROR(executor.each(
      args.x.shape.count(),
      EmbedBody{args.ids.i32(), args.table.data, args.table.dtype, hidden, args.x.f32()}));
  for (const PictureRows& picture : args.pictures) {
    ARGES_RETURN_IF_ERROR(executor.copy(args.x.f32() + picture.begin * hidden,
                                        picture.features.data,
                                        static_cast<std::int64_t>(picture.features.bytes())));
  }
  return {};
}

// A row at a time: it may be normed in place.
struct LayerNormBody {
  const float* x;
  const float* weight;
  const float* bias;
  float epsilon;
  std::int64_t width;
  float* out;

  ARGES_ANYWHERE void operator()(std::int64_t row) const {
    const float* values = x + row * width;
    float sum = 0.0f;
    for (std::int64_t i = 0; i < width; ++i) sum += values[i];
    const float mean = sum / static_cast<float>(width);
    float squares = 0.0f;
    for (std::int64_t i = 0; i < width; ++i) {
      squares = std::fma(values[i] - mean, values[i] - mean, squares);
    }
    const float scale = 1.0f / std::sqrt(squares / static_cast<float>(width) + epsilon);
    for (std::int64_t i = 0; i < width; ++i) {
      out[row * width + i] = (values[i] - mean) * scale * weight[i] + bias[i];
    }
  }
};

template <class Executor>
Status layer_norm(const Executor& executor, const ExecContext&, const LayerNormArgs& args) {
  return executor.each(args.x.shape[0],
                       LayerNormBody{args.x.f32(), args.weight.f32(), args.bias.f32(), args.epsilon,
                                     args.x.shape[1], args.out.f32()});
}

struct ScaledAddBody {
  const float* a;
  const float* b;
  float alpha;
  float beta;
  float* out;

  ARGES_ANYWHERE void operator()(std::int64_t i) const {
    out[i] = std::fma(alpha, a[i], beta * b[i]);
  }
};

template <class Executor>
Status scaled_add(const Executor& executor, const ExecContext&, const ScaledAddArgs& args) {
  return executor.each(args.a.shape.count(), ScaledAddBody{args.a.f32(), args.b.f32(), args.alpha,
                                                           args.beta, args.out.f32()});
}

struct CopyRowsBody {
  const float* in;
  const std::int32_t* from;
  const std::int32_t* to;
  std::int64_t width;
  float* out;

  ARGES_ANYWHERE void operator()(std::int64_t i) const {
    const std::int64_t row = i / width;
    out[to[row] * width + i % width] = in[from[row] * width + i % width];
  }
};

template <class Executor>
Status copy_rows(const Executor& executor, const ExecContext&, const CopyRowsArgs& args) {
  const std::int64_t width = args.in.shape[1];
  return executor.each(
      args.from.shape[0] * width,
      CopyRowsBody{args.in.f32(), args.from.i32(), args.to.i32(), width, args.out.f32()});
}

}  // namespace arges::kernels::plain
