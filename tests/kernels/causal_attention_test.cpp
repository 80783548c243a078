// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "tests/kernels/op_test.h"

namespace arges::kernels {
namespace {

using CausalAttentionTest = OpTest;
ARGES_FOR_ALL_BACKENDS(CausalAttentionTest);

struct Case {
  std::int64_t tokens, heads, kv_heads, width, page_tokens = 32;
};

struct Inputs {
  explicit Inputs(const Case& c, std::uint32_t seed = 1)
      : q({c.tokens, c.heads, c.width}, seed, 2.0f),
        k({c.tokens, c.kv_heads, c.width}, seed + 1, 2.0f),
        v({c.tokens, c.kv_heads, c.width}, seed + 2) {}
  Tensor q, k, v;
};

// Pages full of NaN: reading a token that was never stored shows.
struct Cache {
  explicit Cache(const Case& c, std::int64_t capacity) : page_tokens(c.page_tokens) {
    const std::int64_t pages_needed = (capacity + page_tokens - 1) / page_tokens;
    for (std::int64_t i = 0; i < pages_needed; ++i) {
      pages.emplace_back(Shape{2, c.kv_heads, page_tokens, c.width});
    }
    for (Tensor& page : pages) pointers.push_back(page.values.data());
  }
  Cache(const Cache&) = delete;
  KvPages at(std::int64_t length) const { return {pointers, page_tokens, length}; }

  std::int64_t page_tokens;
  std::vector<Tensor> pages;
  std::vector<float*> pointers;
};

TensorView rows(Tensor& t, std::int64_t first, std::int64_t count) {
  const std::int64_t row = t.shape[1] * t.shape[2];
  return view_f32(t.values.data() + first * row, {count, t.shape[1], t.shape[2]});
}

// Feeds `at_once` tokens, then the others in chunks.
std::vector<float> run(const ExecContext& context, const Case& c, Inputs inputs, std::int64_t chunk,
                       std::int64_t at_once = 0) {
  Cache cache(c, c.tokens);
  Tensor out(inputs.q.shape);
  std::int64_t count = 0;
  for (std::int64_t first = 0; first < c.tokens; first += count) {
    count = std::min(first < at_once ? at_once : chunk, c.tokens - first);
    const SequenceSpan span{0, count};
    const KvPages pages = cache.at(first);
    expect_ok(causal_attention(context, {.q = rows(inputs.q, first, count),
                                         .k = rows(inputs.k, first, count),
                                         .v = rows(inputs.v, first, count),
                                         .sequences = {&span, 1},
                                         .caches = {&pages, 1},
                                         .scale = 0.3f,
                                         .out = rows(out, first, count)}));
  }
  return out.values;
}

double dot(const float* a, const float* b, std::size_t count) {
  double sum = 0;
  for (std::size_t i = 0; i < count; ++i) sum += static_cast<double>(a[i]) * b[i];
  return sum;
}

std::vector<float> in_double(const Case& c, const Inputs& in) {
  std::vector<float> out;
  const auto width = static_cast<std::size_t>(c.width);
  for (std::int64_t i = 0; i < c.tokens * c.heads; ++i) {
    const std::int64_t kv_head = i % c.heads / (c.heads / c.kv_heads);
    std::vector<double> sum(width);
    double total = 0;
    for (std::int64_t t = 0; t <= i / c.heads; ++t) {
      const std::int64_t at = (t * c.kv_heads + kv_head) * c.width;
      const double weight =
          std::exp(0.3f * dot(in.q.values.data() + i * c.width, in.k.values.data() + at, width));
      total += weight;
      for (std::size_t j = 0; j < width; ++j) {
        sum[j] += weight * in.v.values[static_cast<std::size_t>(at) + j];
      }
    }
    for (const double value : sum) out.push_back(static_cast<float>(value / total));
  }
  return out;
}

TEST_P(CausalAttentionTest, AgreesWithDoublePrecision) {
  for (const Case& c : {Case{1, 2, 1, 16}, Case{5, 4, 4, 8}, Case{33, 4, 2, 20}, Case{64, 3, 1, 32},
                        Case{65, 8, 2, 16, 16}, Case{300, 6, 1, 16, 144}}) {
    SCOPED_TRACE(c.tokens);
    const Inputs inputs(c);
    EXPECT_LE(worst_difference(run(context(), c, inputs, c.tokens), in_double(c, inputs)), 2e-6);
  }
}

TEST_P(CausalAttentionTest, GivesTheSameBitsInChunksOfAnyLength) {
  const Case c{150, 4, 2, 16, 48};
  const std::vector<float> whole = run(context(), c, Inputs(c), c.tokens);
  for (const std::int64_t chunk : {1, 7, 48, 64, 65}) {
    expect_same_bits(run(context(), c, Inputs(c), chunk), whole);
  }
}

// Longer than what one thread absorbs without a break: chunks that end in different segments, and
// threads that share the segments of a single token.
TEST_P(CausalAttentionTest, GivesTheSameBitsOverALongPastToAnyChunksAndThreads) {
  const Case c{4110, 2, 1, 8, 48};
  const Inputs inputs(c);
  const std::vector<float> whole = run(context(), c, inputs, c.tokens);
  expect_same_bits(run(context(), c, inputs, 2000), whole);
  for (const int threads : {1, 3, 8}) {
    const Workshop workshop(ops(), threads);
    expect_same_bits(run(workshop.context(), c, inputs, 1, c.tokens - 20), whole);
  }
}

TEST_P(CausalAttentionTest, AgreesWithDoublePrecisionOverALongPast) {
  const Case c{2100, 1, 1, 8, 64};
  const Inputs inputs(c);
  EXPECT_LE(worst_difference(run(context(), c, inputs, c.tokens), in_double(c, inputs)), 2e-6);
}

TEST_P(CausalAttentionTest, SurvivesScoresThatOverflowTheExponential) {
  const Case c{80, 1, 1, 16};
  Inputs inputs(c);
  for (float& value : inputs.q.values) value *= 1e4f;
  for (const float value : run(context(), c, inputs, c.tokens)) {
    EXPECT_TRUE(std::isfinite(value));
  }
}

TEST_P(CausalAttentionTest, KeepsTheBitsForAnyThreadsAndNeighbours) {
  const Case c{100, 4, 1, 16};
  Inputs inputs(c);
  const std::vector<std::int64_t> lengths{1, 60, 4, 35};
  std::vector<SequenceSpan> spans;
  std::vector<std::vector<float>> alone;
  std::int64_t first = 0;
  for (const std::int64_t length : lengths) {
    spans.push_back({first, length});
    const Case part{length, c.heads, c.kv_heads, c.width};
    Inputs own(part);
    std::copy_n(rows(inputs.q, first, length).f32(), own.q.values.size(), own.q.values.data());
    std::copy_n(rows(inputs.k, first, length).f32(), own.k.values.size(), own.k.values.data());
    std::copy_n(rows(inputs.v, first, length).f32(), own.v.values.size(), own.v.values.data());
    alone.push_back(run(context(), part, own, length));
    first += length;
  }
  for (const int threads : {1, 2, 8}) {
    const Workshop workshop(ops(), threads);
    const Cache a(c, 1), b(c, 60), d(c, 4), e(c, 35);
    const std::vector<KvPages> caches{a.at(0), b.at(0), d.at(0), e.at(0)};
    Tensor out(inputs.q.shape);
    expect_ok(causal_attention(workshop.context(), {.q = inputs.q.view(),
                                                    .k = inputs.k.view(),
                                                    .v = inputs.v.view(),
                                                    .sequences = spans,
                                                    .caches = caches,
                                                    .scale = 0.3f,
                                                    .out = out.view()}));
    for (std::size_t i = 0; i < spans.size(); ++i) {
      const TensorView part = rows(out, spans[i].begin, spans[i].count);
      expect_same_bits({part.f32(), part.f32() + part.shape.count()}, alone[i]);
    }
  }
}

TEST_P(CausalAttentionTest, RefusesACacheThatCannotHoldTheTokens) {
  const Case c{40, 2, 1, 16};
  Inputs inputs(c);
  Tensor out(inputs.q.shape);
  const Cache cache(c, 32);
  const SequenceSpan span{0, 40};
  KvPages pages = cache.at(0);
  CausalAttentionArgs args{.q = inputs.q.view(),
                           .k = inputs.k.view(),
                           .v = inputs.v.view(),
                           .sequences = {&span, 1},
                           .caches = {&pages, 1},
                           .out = out.view()};
  expect_refused(causal_attention(context(), args), "too few pages");
  pages.page_tokens = 20;
  expect_refused(causal_attention(context(), args), "multiple of 16");
  pages.page_tokens = 32;
  pages.length = -1;
  expect_refused(causal_attention(context(), args), "must not be negative");
}

TEST_P(CausalAttentionTest, RefusesHeadsThatDoNotShareEvenly) {
  const Case c{2, 3, 2, 16};
  Inputs inputs(c);
  Tensor out(inputs.q.shape);
  expect_refused(causal_attention(context(), {.q = inputs.q.view(),
                                              .k = inputs.k.view(),
                                              .v = inputs.v.view(),
                                              .sequences = {},
                                              .caches = {},
                                              .out = out.view()}),
                 "multiple of the number of kv heads");
}

}  // namespace
}  // namespace arges::kernels
