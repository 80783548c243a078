// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <numeric>

#include "tests/kernels/op_test.h"

namespace arges::kernels {
namespace {

using CausalTest = OpTest;
ARGES_FOR_ALL_BACKENDS(CausalTest);

struct Case {
  std::int64_t tokens, heads, kv_heads, width, page_tokens = 32;

  std::int64_t group() const { return heads / kv_heads; }
};

constexpr float kScale = 0.3f;

Tensor inputs(const Case& c, std::uint32_t seed = 1) {
  return Tensor({c.tokens, c.kv_heads, c.group() + 2, c.width}, seed, 2.0f);
}

TensorView rows(Tensor& t, std::int64_t first, std::int64_t count) {
  return t.view().slice(first, count);
}

std::vector<std::int32_t> count_up(std::int64_t first, std::int64_t count) {
  std::vector<std::int32_t> numbers(static_cast<std::size_t>(count));
  std::iota(numbers.begin(), numbers.end(), static_cast<std::int32_t>(first));
  return numbers;
}

// Pages of two layers, of which the second is used, full of NaN: reading a token that was never
// stored shows. Page numbers descend, so that they are not what they would be by chance.
struct Pool {
  Pool(const Case& c, std::int64_t capacity)
      : page_tokens(c.page_tokens),
        pages({(capacity + c.page_tokens - 1) / c.page_tokens, 2,
               2 * c.kv_heads * c.page_tokens * c.width}),
        numbers(count_up(0, pages.shape[0])) {
    std::reverse(numbers.begin(), numbers.end());
  }
  KvPool view() { return {pages.view(), page_tokens}; }

  std::int64_t page_tokens;
  Tensor pages;
  std::vector<std::int32_t> numbers;
};

Status attend(const ExecContext& context, TensorView y, const std::vector<StepSpan>& spans,
              const std::vector<std::int32_t>& positions, Pool& pool, const Rotary& rotary,
              TensorView z) {
  return causal(context, {.y = y,
                          .positions = view_i32(positions),
                          .spans = span_table(spans),
                          .page_table = view_i32(pool.numbers),
                          .pool = pool.view(),
                          .layer = 1,
                          .rotary = rotary,
                          .scale = kScale,
                          .z = z});
}

// Feeds `at_once` tokens, then the others in chunks.
std::vector<float> run(const ExecContext& context, const Case& c, Tensor y, std::int64_t chunk,
                       std::int64_t at_once = 0, const Rotary& rotary = {}) {
  Pool pool(c, c.tokens);
  Tensor z({c.tokens, c.heads, c.width});
  std::int64_t count = 0;
  for (std::int64_t first = 0; first < c.tokens; first += count) {
    count = std::min(first < at_once ? at_once : chunk, c.tokens - first);
    const StepSpan span{0, static_cast<std::int32_t>(count), static_cast<std::int32_t>(first)};
    expect_ok(attend(context, rows(y, first, count), {span}, count_up(first, count), pool, rotary,
                     rows(z, first, count)));
  }
  return z.values;
}

double dot(const float* a, const float* b, std::size_t count) {
  double sum = 0;
  for (std::size_t i = 0; i < count; ++i) sum += static_cast<double>(a[i]) * b[i];
  return sum;
}

std::vector<float> in_double(const Case& c, const Tensor& y) {
  std::vector<float> out;
  const auto width = static_cast<std::size_t>(c.width);
  const auto part = [&](std::int64_t row, std::int64_t kv_head, std::int64_t index) {
    return y.values.data() + ((row * c.kv_heads + kv_head) * (c.group() + 2) + index) * c.width;
  };
  for (std::int64_t i = 0; i < c.tokens * c.heads; ++i) {
    const std::int64_t kv_head = i % c.heads / c.group();
    std::vector<double> sum(width);
    double total = 0;
    for (std::int64_t t = 0; t <= i / c.heads; ++t) {
      const double weight =
          std::exp(kScale * dot(part(i / c.heads, kv_head, i % c.heads % c.group()),
                                part(t, kv_head, c.group()), width));
      total += weight;
      const float* v = part(t, kv_head, c.group() + 1);
      for (std::size_t j = 0; j < width; ++j) sum[j] += weight * v[j];
    }
    for (const double value : sum) out.push_back(static_cast<float>(value / total));
  }
  return out;
}

TEST_P(CausalTest, AgreesWithDoublePrecision) {
  for (const Case& c : {Case{1, 2, 1, 16}, Case{5, 4, 4, 8}, Case{33, 4, 2, 20}, Case{64, 3, 1, 32},
                        Case{65, 8, 2, 16, 16}, Case{300, 6, 1, 16, 144}}) {
    SCOPED_TRACE(c.tokens);
    const Tensor y = inputs(c);
    EXPECT_LE(worst_difference(run(context(), c, y, c.tokens), in_double(c, y)), 3e-6);
  }
}

TEST_P(CausalTest, RotatesTheFirstChannelsOfQueriesAndKeysAtPositionsUpToMillions) {
  const Case c{1, 2, 1, 12, 16};
  for (const std::int32_t position : {0, 1, 1000, 4194304}) {
    const Tensor before = inputs(c);
    Tensor y = before;
    Pool pool(c, 16);
    Tensor z({1, 2, 12});
    // The token's place in the cache and its angle are told apart: only the latter is tested.
    expect_ok(attend(context(), y.view(), {{0, 1, 0}}, {position}, pool, {8, 1e7}, z.view()));
    for (std::size_t i = 0; i < y.values.size(); ++i) {
      const std::size_t channel = i % 12;
      double want = before.values[i];
      if (channel < 8 && i / 12 < 3) {
        const double angle = position * std::pow(1e7, -static_cast<double>(channel % 4) / 4);
        const std::size_t pair = channel < 4 ? i + 4 : i - 4;
        const double sign = channel < 4 ? -1 : 1;
        want = before.values[i] * std::cos(angle) + sign * before.values[pair] * std::sin(angle);
      }
      EXPECT_NEAR(y.values[i], want, 1e-6) << i;
    }
  }
}

// What matters of positions is their difference: shifting all leaves the attention as it was.
TEST_P(CausalTest, AttendsByRelativePositions) {
  const Case c{20, 2, 1, 16};
  const Rotary rotary{16, 1e4};
  std::vector<std::vector<float>> results;
  for (const std::int64_t shift : {0, 100}) {
    Tensor y = inputs(c);
    Pool pool(c, c.tokens);
    Tensor z({c.tokens, c.heads, c.width});
    expect_ok(
        attend(context(), y.view(), {{0, 20, 0}}, count_up(shift, 20), pool, rotary, z.view()));
    results.push_back(z.values);
  }
  EXPECT_LE(worst_difference(results[0], results[1]), 2e-5);
  EXPECT_GT(worst_difference(results[0], in_double(c, inputs(c))), 1e-2) << "nothing was rotated";
}

TEST_P(CausalTest, GivesTheSameBitsInChunksOfAnyLength) {
  const Case c{150, 4, 2, 16, 48};
  const Rotary rotary{8, 1e4};
  const std::vector<float> whole = run(context(), c, inputs(c), c.tokens, 0, rotary);
  for (const std::int64_t chunk : {1, 7, 48, 64, 65}) {
    expect_same_bits(run(context(), c, inputs(c), chunk, 0, rotary), whole);
  }
}

TEST_P(CausalTest, GivesTheSameBitsWhereverSpansAreCut) {
  const Case c{90, 4, 2, 16, 48};
  const std::vector<float> whole = run(context(), c, inputs(c), c.tokens);
  Tensor y = inputs(c);
  Pool pool(c, c.tokens);
  Tensor z({c.tokens, c.heads, c.width});
  expect_ok(attend(context(), y.view(), {{0, 7, 0}, {7, 70, 7}, {77, 13, 77}},
                   count_up(0, c.tokens), pool, {}, z.view()));
  expect_same_bits(z.values, whole);
}

// Longer than what one thread absorbs without a break: chunks that end in different segments, and
// threads that share the segments of a single token.
TEST_P(CausalTest, GivesTheSameBitsOverALongPastToAnyChunksAndThreads) {
  const Case c{4110, 2, 1, 8, 48};
  const Tensor y = inputs(c);
  const std::vector<float> whole = run(context(), c, y, c.tokens);
  expect_same_bits(run(context(), c, y, 2000), whole);
  for (const int threads : {1, 3, 8}) {
    const Workshop workshop(backend(), threads);
    expect_same_bits(run(workshop.context(), c, y, 1, c.tokens - 20), whole);
  }
}

TEST_P(CausalTest, AgreesWithDoublePrecisionOverALongPast) {
  const Case c{2100, 1, 1, 8, 64};
  const Tensor y = inputs(c);
  EXPECT_LE(worst_difference(run(context(), c, y, c.tokens), in_double(c, y)), 3e-6);
}

TEST_P(CausalTest, SurvivesScoresThatOverflowTheExponential) {
  const Case c{80, 1, 1, 16};
  Tensor y = inputs(c);
  for (std::size_t i = 0; i < y.values.size(); ++i) {
    if (i % 48 < 16) y.values[i] *= 1e4f;  // the queries
  }
  for (const float value : run(context(), c, y, c.tokens)) EXPECT_TRUE(std::isfinite(value));
}

TEST_P(CausalTest, KeepsTheBitsForAnyThreadsAndNeighbours) {
  const Case c{100, 4, 1, 16};
  const Tensor all = inputs(c);
  const std::vector<std::int64_t> lengths{1, 60, 4, 35};
  std::vector<StepSpan> spans;
  std::vector<std::int32_t> positions;
  std::vector<std::vector<float>> alone;
  std::int32_t first = 0, page = 0;
  for (const std::int64_t length : lengths) {
    const auto count = static_cast<std::int32_t>(length);
    const auto slot = static_cast<std::int32_t>(spans.size());
    spans.push_back({first, count, 0, slot, slot, page});
    page += (count + 31) / 32;
    const Case part{length, c.heads, c.kv_heads, c.width};
    Tensor own = inputs(part);
    std::copy_n(all.view().slice(first, length).f32(), own.values.size(), own.values.data());
    alone.push_back(run(context(), part, own, length));
    const std::vector<std::int32_t> mine = count_up(0, length);
    positions.insert(positions.end(), mine.begin(), mine.end());
    first += count;
  }
  for (const int threads : {1, 2, 8, 16}) {
    const Workshop workshop(backend(), threads);
    Pool pool(c, 32 * page);
    Tensor y = all;
    Tensor z({c.tokens, c.heads, c.width});
    expect_ok(attend(workshop.context(), y.view(), spans, positions, pool, {}, z.view()));
    for (std::size_t i = 0; i < spans.size(); ++i) {
      const TensorView part = rows(z, spans[i].row, spans[i].count);
      expect_same_bits({part.f32(), part.f32() + part.shape.count()}, alone[i]);
    }
  }
}

TEST_P(CausalTest, RefusesACacheThatCannotHoldTheTokens) {
  const Case c{40, 2, 1, 16};
  Tensor y = inputs(c);
  Tensor z({c.tokens, c.heads, c.width});
  Pool pool(c, 32);
  const auto refused = [&](const StepSpan& span, const std::string& words) {
    expect_refused(attend(context(), y.view(), {span}, count_up(0, 40), pool, {}, z.view()), words);
  };
  refused({0, 40, 0}, "too few pages");
  refused({0, 40, 0, 0, 0, -1}, "too few pages");
  refused({0, 40, -1}, "must not be negative");
  pool.numbers = {0, 1};
  refused({0, 40, 0}, "page_table holds 1");
  pool.page_tokens = 20;
  refused({0, 40, 0}, "multiple of 16");
}

TEST_P(CausalTest, RefusesWhatCannotRotate) {
  const Case c{1, 2, 1, 6};
  Tensor y = inputs(c);
  Tensor z({1, 2, 6});
  Pool pool(c, 32);
  for (const std::int64_t wrong : {-2, 3, 8}) {
    expect_refused(attend(context(), y.view(), {{0, 1, 0}}, {5}, pool, {wrong, 1e4}, z.view()),
                   "rotary dimension must be even");
  }
  expect_refused(attend(context(), y.view(), {{0, 1, 0}}, {-1}, pool, {4, 1e4}, z.view()),
                 "positions holds -1");
}

}  // namespace
}  // namespace arges::kernels
