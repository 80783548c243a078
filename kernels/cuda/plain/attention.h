// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/base/exec_context.h"
#include "kernels/cuda/plain/scalar.h"
#include "kernels/ops/bidirectional_attention.h"
#include "kernels/ops/causal.h"
#include "kernels/ops/step_span.h"

namespace arges::kernels::plain {

// out = Σ softmax(scale · q·k) v over tokens 0 … count − 1, for one query of `width` channels.
// key(token) and value(token): where one's channels lie, a key's key_step apart.
template <class Key, class Value>
ARGES_ANYWHERE void attend(const float* q, std::int64_t count, const Key& key,
                           std::int64_t key_step, const Value& value, float scale,
                           std::int64_t width, float* out) {
  const auto score = [&](std::int64_t token) {
    const float* k = key(token);
    float sum = 0.0f;
    for (std::int64_t c = 0; c < width; ++c) sum = std::fma(q[c], k[c * key_step], sum);
    return sum * scale;
  };
  // Scores are made twice, so that nothing of their number is kept.
  float largest = score(0);
  for (std::int64_t token = 1; token < count; ++token) largest = std::fmax(largest, score(token));
  float total = 0.0f;
  for (std::int64_t c = 0; c < width; ++c) out[c] = 0.0f;
  for (std::int64_t token = 0; token < count; ++token) {
    const float weight = std::exp(score(token) - largest);
    const float* v = value(token);
    total += weight;
    for (std::int64_t c = 0; c < width; ++c) out[c] = std::fma(weight, v[c], out[c]);
  }
  for (std::int64_t c = 0; c < width; ++c) out[c] /= total;
}

// A sequence's cache in the pool, one layer.
struct CacheView {
  const std::int32_t* page_table;
  float* pool;
  std::int64_t layers;
  std::int64_t layer;
  std::int64_t page_floats;  // of a page and layer
  std::int64_t page_tokens;
  std::int64_t kv_heads;
  std::int64_t width;

  explicit CacheView(const CausalArgs& args)
      : page_table(args.page_table.i32()),
        pool(args.pool.data.f32()),
        layers(args.pool.data.shape[1]),
        layer(args.layer),
        page_floats(args.pool.data.shape[2]),
        page_tokens(args.pool.page_tokens),
        kv_heads(args.y.shape[1]),
        width(args.y.shape[3]) {}

  ARGES_ANYWHERE float* page(const StepSpan& span, std::int64_t token) const {
    const std::int64_t number = page_table[span.first_page + token / page_tokens];
    return pool + (number * layers + layer) * page_floats;
  }
  // Channel 0; the others lie kKeyPanel apart.
  ARGES_ANYWHERE float* key(const StepSpan& span, std::int64_t head, std::int64_t token) const {
    const std::int64_t slot = token % page_tokens;
    return page(span, token) + (head * page_tokens + slot) / kKeyPanel * kKeyPanel * width +
           slot % kKeyPanel;
  }
  ARGES_ANYWHERE float* value(const StepSpan& span, std::int64_t head, std::int64_t token) const {
    return page(span, token) + ((kv_heads + head) * page_tokens + token % page_tokens) * width;
  }
};

// The span that a row is of; spans cover all rows, in their order.
ARGES_ANYWHERE inline const StepSpan& span_of(const StepSpan* spans, std::int64_t row) {
  while (row >= spans->row + spans->count) ++spans;
  return *spans;
}

// A pair of channels of a query or a key.
struct RotateBody {
  float* y;
  const std::int32_t* positions;
  std::int64_t kv_heads;
  std::int64_t group;
  std::int64_t width;
  std::int64_t half;
  double theta;

  ARGES_ANYWHERE void operator()(std::int64_t i) const {
    const std::int64_t j = i % half;
    const std::int64_t part = i / half % (group + 1);
    const std::int64_t head = i / half / (group + 1);  // row · kv_heads + kv head
    float* x = y + (head * (group + 2) + part) * width;
    const double exponent = -2.0 * static_cast<double>(j) / static_cast<double>(2 * half);
    const double angle = positions[head / kv_heads] * std::pow(theta, exponent);
    const float cosine = static_cast<float>(std::cos(angle));
    const float sine = static_cast<float>(std::sin(angle));
    const float a = x[j];
    const float b = x[j + half];
    x[j] = a * cosine - b * sine;
    x[j + half] = b * cosine + a * sine;
  }
};

// A channel of a row's key and value into the cache.
struct StoreBody {
  const float* y;
  const StepSpan* spans;
  std::int64_t group;
  CacheView cache;

  ARGES_ANYWHERE void operator()(std::int64_t i) const {
    const std::int64_t channel = i % cache.width;
    const std::int64_t head = i / cache.width % cache.kv_heads;
    const std::int64_t row = i / cache.width / cache.kv_heads;
    const StepSpan& span = span_of(spans, row);
    const std::int64_t token = span.position + row - span.row;
    const float* key = y + ((row * cache.kv_heads + head) * (group + 2) + group) * cache.width;
    cache.key(span, head, token)[channel * kKeyPanel] = key[channel];
    cache.value(span, head, token)[channel] = key[cache.width + channel];
  }
};

// One query head of one row.
struct CausalBody {
  const float* y;
  const StepSpan* spans;
  std::int64_t group;
  CacheView cache;
  float scale;
  float* z;

  ARGES_ANYWHERE void operator()(std::int64_t i) const {
    const std::int64_t query = i % group;
    const std::int64_t head = i / group % cache.kv_heads;
    const std::int64_t row = i / group / cache.kv_heads;
    const StepSpan& span = span_of(spans, row);
    const CacheView& of = cache;
    attend(
        y + ((row * cache.kv_heads + head) * (group + 2) + query) * cache.width,
        span.position + row - span.row + 1,
        [&of, &span, head](std::int64_t token) { return of.key(span, head, token); }, kKeyPanel,
        [&of, &span, head](std::int64_t token) { return of.value(span, head, token); }, scale,
        cache.width, z + i * cache.width);
  }
};

template <class Executor>
Status causal(const Executor& executor, const ExecContext&, const CausalArgs& args) {
  const std::int64_t rows = args.y.shape[0];
  const std::int64_t kv_heads = args.y.shape[1];
  const std::int64_t group = args.y.shape[2] - 2;
  const std::int64_t width = args.y.shape[3];
  const std::int64_t half = args.rotary.dim / 2;
  const auto* spans = static_cast<const StepSpan*>(args.spans.data);
  const CacheView cache(args);
  ARGES_RETURN_IF_ERROR(executor.each(rows * kv_heads * (group + 1) * half,
                                      RotateBody{args.y.f32(), args.positions.i32(), kv_heads,
                                                 group, width, half, args.rotary.theta}));
  ARGES_RETURN_IF_ERROR(
      executor.each(rows * kv_heads * width, StoreBody{args.y.f32(), spans, group, cache}));
  return executor.each(rows * kv_heads * group,
                       CausalBody{args.y.f32(), spans, group, cache, args.scale, args.z.f32()});
}

// One query of one head.
struct BidirectionalBody {
  const float* q;
  const float* k;
  const float* v;
  std::int64_t tokens;
  std::int64_t heads;
  std::int64_t width;
  float scale;
  float* out;

  ARGES_ANYWHERE void operator()(std::int64_t i) const {
    const std::int64_t step = heads * width;
    const std::int64_t first = i / (tokens * heads) * tokens * step + i % heads * width;
    const float* keys = k + first;
    const float* values = v + first;
    attend(
        q + i * width, tokens, [keys, step](std::int64_t token) { return keys + token * step; }, 1,
        [values, step](std::int64_t token) { return values + token * step; }, scale, width,
        out + i * width);
  }
};

template <class Executor>
Status bidirectional_attention(const Executor& executor, const ExecContext&,
                               const BidirectionalAttentionArgs& args) {
  const Shape& shape = args.q.shape;
  return executor.each(shape[0] * shape[1] * shape[2],
                       BidirectionalBody{args.q.f32(), args.k.f32(), args.v.f32(), shape[1],
                                         shape[2], shape[3], args.scale, args.out.f32()});
}

}  // namespace arges::kernels::plain
