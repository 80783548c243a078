// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <vector>

#include "kernels/reference/attend.h"
#include "kernels/reference/backend.h"

namespace arges::kernels::reference {

namespace {

struct Extents {
  std::int64_t kv_heads;
  std::int64_t group;  // query heads of a kv head
  std::int64_t width;
};

Extents extents(const CausalArgs& args) {
  return {args.y.shape[1], args.y.shape[2] - 2, args.y.shape[3]};
}

// Part `part` of a kv head in a row of y: its queries, its key, its value.
float* part_of(const CausalArgs& args, std::int64_t row, std::int64_t head, std::int64_t part) {
  const Extents e = extents(args);
  return args.y.f32() + ((row * e.kv_heads + head) * (e.group + 2) + part) * e.width;
}

// One kv head of one sequence's cache, this layer.
struct HeadCache {
  const CausalArgs& args;
  const StepSpan& span;
  std::int64_t head;

  float* key(std::int64_t token) const {
    const std::int64_t panel = (head * args.pool.page_tokens + slot(token)) / kKeyPanel;
    return page(token) + panel * kKeyPanel * extents(args).width + slot(token) % kKeyPanel;
  }
  float* value(std::int64_t token) const {
    const Extents e = extents(args);
    return page(token) + ((e.kv_heads + head) * args.pool.page_tokens + slot(token)) * e.width;
  }
  std::int64_t slot(std::int64_t token) const { return token % args.pool.page_tokens; }
  float* page(std::int64_t token) const {
    const Shape& pool = args.pool.data.shape;
    const std::int64_t index = span.first_page + token / args.pool.page_tokens;
    const std::int64_t number = args.page_table.i32()[index];
    return args.pool.data.f32() + (number * pool[1] + args.layer) * pool[2];
  }
};

void rotate(const Rotary& rotary, std::int32_t position, float* x) {
  const std::int64_t half = rotary.dim / 2;
  for (std::int64_t j = 0; j < half; ++j) {
    const double exponent = -2.0 * static_cast<double>(j) / static_cast<double>(rotary.dim);
    const double angle = position * std::pow(rotary.theta, exponent);
    const auto cosine = static_cast<float>(std::cos(angle));
    const auto sine = static_cast<float>(std::sin(angle));
    const float a = x[j];
    const float b = x[j + half];
    x[j] = a * cosine - b * sine;
    x[j + half] = b * cosine + a * sine;
  }
}

// Rotates the queries and the key of a row, and stores key and value.
void absorb(const HeadCache& cache, std::int64_t row) {
  const CausalArgs& args = cache.args;
  const Extents e = extents(args);
  for (std::int64_t part = 0; part <= e.group; ++part) {
    rotate(args.rotary, args.positions.i32()[row], part_of(args, row, cache.head, part));
  }
  const std::int64_t token = cache.span.position + row - cache.span.row;
  const float* k = part_of(args, row, cache.head, e.group);
  const float* v = part_of(args, row, cache.head, e.group + 1);
  for (std::int64_t c = 0; c < e.width; ++c) {
    cache.key(token)[c * kKeyPanel] = k[c];
    cache.value(token)[c] = v[c];
  }
}

// The query heads that read this kv head, for every new token.
template <typename Real>
void attend_head(const HeadCache& cache) {
  const CausalArgs& args = cache.args;
  const Extents e = extents(args);
  std::vector<AttendedToken> attended;
  for (std::int64_t t = 0; t < cache.span.position; ++t) {
    attended.push_back({cache.key(t), kKeyPanel, cache.value(t)});
  }
  for (std::int64_t row = cache.span.row; row < cache.span.row + cache.span.count; ++row) {
    absorb(cache, row);
    const std::int64_t token = cache.span.position + row - cache.span.row;
    attended.push_back({cache.key(token), kKeyPanel, cache.value(token)});
    for (std::int64_t i = 0; i < e.group; ++i) {
      const std::int64_t head = (row * e.kv_heads + cache.head) * e.group + i;
      attend<Real>(part_of(args, row, cache.head, i), attended, args.scale, e.width,
                   args.z.f32() + head * e.width);
    }
  }
}

}  // namespace

template <typename Real>
Status causal(const ExecContext&, const CausalArgs& args) {
  for (const StepSpan& span : spans_of(args.spans)) {
    for (std::int64_t head = 0; head < extents(args).kv_heads; ++head) {
      attend_head<Real>(HeadCache{args, span, head});
    }
  }
  return {};
}

ARGES_REFERENCE_OP(causal, CausalArgs)

}  // namespace arges::kernels::reference
