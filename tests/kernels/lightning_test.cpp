// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <utility>

#include "tests/kernels/op_test.h"

namespace arges::kernels {
namespace {

using LightningTest = OpTest;
ARGES_FOR_ALL_BACKENDS(LightningTest);

constexpr std::int64_t kHeads = 3;

// What one sequence brings, and its state before: kHeads · width · width.
struct Sequence {
  Sequence(std::int64_t tokens, std::int64_t width, std::uint32_t seed)
      : y({tokens, kHeads, 4, width}, seed, 1.0f), state({kHeads, width, width}, seed + 1) {}
  Tensor y;
  Tensor state;
};

Tensor slopes() {
  Tensor result({kHeads});
  result.values = {0.917f, 0.01f, 4.9e-5f};
  return result;
}

Tensor norm_of(std::int64_t width) {
  return Tensor({kHeads * width}, 77);
}

struct Out {
  std::vector<float> z, squares;
};

// Several sequences' rows in one call, with slots of their own in a pool of two layers, of which
// the second is used; `spans` are cut by the caller.
Out run_spans(const ExecContext& context, const Tensor& y, const std::vector<StepSpan>& spans,
              Tensor& states) {
  const Tensor slope = slopes();
  const std::int64_t width = y.shape[3];
  const Tensor norm = norm_of(width);
  Tensor z({y.shape[0], kHeads, width}), squares({y.shape[0]});
  expect_ok(lightning(context, {.y = y.view(),
                                .slopes = slope.view(),
                                .norm = norm.view(),
                                .spans = span_table(spans),
                                .states = states.view(),
                                .layer = 1,
                                .z = z.view(),
                                .squares = squares.view()}));
  return {z.values, squares.values};
}

// A pool of `slots` slots; NaN where nothing has been put.
Tensor make_pool(std::int64_t slots, std::int64_t width) {
  return Tensor({slots, 2, kHeads, width * width});
}

float* slot_of(Tensor& pool, std::int64_t slot) {
  return pool.values.data() + (2 * slot + 1) * pool.shape[2] * pool.shape[3];
}

// Runs one sequence in calls of `chunk` tokens, its state carried over in slot 0.
Out run(const ExecContext& context, Sequence& s, std::int64_t chunk) {
  const std::int64_t tokens = s.y.shape[0];
  const std::int64_t width = s.y.shape[3];
  Tensor pool = make_pool(1, width);
  std::copy(s.state.values.begin(), s.state.values.end(), slot_of(pool, 0));
  Out all;
  for (std::int64_t first = 0; first < tokens; first += chunk) {
    const std::int64_t count = std::min(chunk, tokens - first);
    Tensor part({count, kHeads, 4, width});
    std::copy_n(s.y.values.data() + first * kHeads * 4 * width, part.values.size(),
                part.values.data());
    const Out out =
        run_spans(context, part, {{0, static_cast<std::int32_t>(count), 0, 0, 0, 0}}, pool);
    all.z.insert(all.z.end(), out.z.begin(), out.z.end());
    all.squares.insert(all.squares.end(), out.squares.begin(), out.squares.end());
  }
  std::copy_n(slot_of(pool, 0), s.state.values.size(), s.state.values.begin());
  return all;
}

double silu(double x) {
  return x / (1 + std::exp(-x));
}

// The recurrence of architecture.md §2.3 in double precision, the gate included; replaces the
// state.
Out in_double(Sequence& s) {
  const auto width = static_cast<std::size_t>(s.y.shape[3]);
  const auto tokens = static_cast<std::size_t>(s.y.shape[0]);
  std::vector<double> state(s.state.values.begin(), s.state.values.end());
  const Tensor slope = slopes(), norm = norm_of(s.y.shape[3]);
  Out out;
  for (std::size_t t = 0; t < tokens; ++t) {
    double squares = 0;
    for (std::size_t h = 0; h < kHeads; ++h) {
      const float* q = s.y.values.data() + (t * kHeads + h) * 4 * width;
      const float* k = q + width;
      const float* v = k + width;
      const float* gate = v + width;
      const double decay = std::exp(-static_cast<double>(slope.values[h]));
      double* matrix = state.data() + h * width * width;
      for (std::size_t j = 0; j < width; ++j) {
        double sum = 0;
        for (std::size_t i = 0; i < width; ++i) {
          double& cell = matrix[i * width + j];
          cell = decay * cell + silu(k[i]) * silu(v[j]);
          sum += silu(q[i]) * cell;
        }
        squares += sum * sum;
        out.z.push_back(static_cast<float>(sum * norm.values[h * width + j] /
                                           (1 + std::exp(-static_cast<double>(gate[j])))));
      }
    }
    out.squares.push_back(static_cast<float>(squares));
  }
  for (std::size_t i = 0; i < state.size(); ++i) s.state.values[i] = static_cast<float>(state[i]);
  return out;
}

void expect_same(const Out& a, const Out& b) {
  expect_same_bits(a.z, b.z);
  expect_same_bits(a.squares, b.squares);
}

TEST_P(LightningTest, AgreesWithTheRecurrenceInDouble) {
  for (const std::int64_t width : {8, 16, 24, 48}) {
    for (const std::int64_t tokens : {1, 5, 11, 12, 63, 64, 65, 255, 256, 257, 700}) {
      SCOPED_TRACE(testing::Message() << tokens << " tokens, width " << width);
      Sequence s(tokens, width, 1);
      Sequence exact = s;
      const Out got = run(context(), s, tokens);
      const Out want = in_double(exact);
      EXPECT_LE(worst_difference(got.z, want.z), 1e-5);
      EXPECT_LE(worst_difference(got.squares, want.squares), 2e-5);
      EXPECT_LE(worst_difference(s.state.values, exact.state.values), 1e-5);
    }
  }
}

TEST_P(LightningTest, AgreesInChunksOfAnyLength) {
  constexpr std::int64_t kTokens = 300;
  Sequence whole(kTokens, 32, 2);
  Sequence start = whole;
  const Out once = run(context(), whole, kTokens);
  for (const std::int64_t chunk : {1, 7, 63, 65, 100}) {
    Sequence s = start;
    EXPECT_LE(worst_difference(run(context(), s, chunk).z, once.z), 1e-5) << chunk;
    EXPECT_LE(worst_difference(s.state.values, whole.state.values), 1e-5) << chunk;
  }
}

TEST_P(LightningTest, GivesTheSameBitsInChunksOfWholeBlocks) {
  for (const std::int64_t tokens : {128, 133, 200}) {  // the last block: none, short, long
    Sequence whole(tokens, 32, 2);
    Sequence start = whole;
    const Out once = run(context(), whole, tokens);
    for (const std::int64_t blocks : {1, 2, 3}) {
      Sequence s = start;
      expect_same(run(context(), s, blocks * kLightningBlock), once);
      expect_same_bits(s.state.values, whole.state.values);
    }
  }
}

// Cuts begin blocks anew: what lies between them has the same bits whether they come in one call or
// in several.
TEST_P(LightningTest, GivesSpansOfOneSequenceTheSameBitsTogetherAndApart) {
  constexpr std::int64_t kWidth = 16;
  const Sequence s(170, kWidth, 4);
  Tensor together = make_pool(2, kWidth);
  std::copy(s.state.values.begin(), s.state.values.end(), slot_of(together, 0));
  Tensor apart = together;
  const std::vector<StepSpan> spans{
      {0, 30, 0, 0, 1, 0}, {30, 5, 30, 1, 1, 0}, {35, 135, 35, 1, 1, 0}};
  const Out once = run_spans(context(), s.y, spans, together);
  for (const StepSpan& span : spans) {
    Tensor part({span.count, kHeads, 4, kWidth});
    std::copy_n(s.y.values.data() + span.row * kHeads * 4 * kWidth, part.values.size(),
                part.values.data());
    const Out out = run_spans(context(), part, {{0, span.count, 0, span.read_slot, 1, 0}}, apart);
    const float* among = once.z.data() + span.row * kHeads * kWidth;
    expect_same_bits(out.z, {among, among + out.z.size()});
  }
  expect_same_bits({slot_of(together, 1), slot_of(together, 1) + s.state.values.size()},
                   {slot_of(apart, 1), slot_of(apart, 1) + s.state.values.size()});
}

TEST_P(LightningTest, LeavesTheStateItReadsAndBeginsWithZeros) {
  constexpr std::int64_t kWidth = 16;
  for (const std::int64_t tokens : {1, 20}) {
    Sequence s(tokens, kWidth, 5);
    const Sequence before = s;
    Tensor pool = make_pool(2, kWidth);
    std::copy(s.state.values.begin(), s.state.values.end(), slot_of(pool, 0));
    const auto count = static_cast<std::int32_t>(tokens);
    const Out from_shared = run_spans(context(), s.y, {{0, count, 0, 0, 1, 0}}, pool);
    expect_same_bits({slot_of(pool, 0), slot_of(pool, 0) + before.state.values.size()},
                     before.state.values);
    expect_same(from_shared, run(context(), s, tokens));
    expect_same_bits({slot_of(pool, 1), slot_of(pool, 1) + s.state.values.size()}, s.state.values);
    Sequence fresh = before;
    std::fill(fresh.state.values.begin(), fresh.state.values.end(), 0.0f);
    const Out from_nothing = run_spans(context(), s.y, {{0, count, 0, -1, 1, 0}}, pool);
    expect_same(from_nothing, run(context(), fresh, tokens));
  }
}

TEST_P(LightningTest, KeepsWhatTheSlowestHeadsRemember) {
  // 20,000 steps with nothing new: the state must be e^(−s·20000) of what it was.
  constexpr std::int64_t kTokens = 20000;
  Sequence s(kTokens, 8, 3);
  for (float& value : s.y.values) value = 0.0f;
  const std::vector<float> before = s.state.values;
  run(context(), s, 1000);
  const double kept = std::exp(-static_cast<double>(slopes().values[2]) * kTokens);
  for (std::size_t i = before.size() - 64; i < before.size(); ++i) {
    EXPECT_NEAR(s.state.values[i] / (before[i] * kept), 1.0, 2e-5);
  }
}

TEST_P(LightningTest, KeepsTheBitsForAnyThreadsAndNeighbours) {
  constexpr std::int64_t kWidth = 32;
  const std::vector<std::int64_t> lengths{1, 70, 5, 130};
  std::vector<Sequence> alone;
  std::vector<float> values;
  std::vector<StepSpan> spans;
  std::int32_t rows = 0;
  for (const std::int64_t length : lengths) {
    alone.emplace_back(length, kWidth, static_cast<std::uint32_t>(length));
    values.insert(values.end(), alone.back().y.values.begin(), alone.back().y.values.end());
    const auto slot = static_cast<std::int32_t>(spans.size());
    spans.push_back({rows, static_cast<std::int32_t>(length), 0, slot, slot, 0});
    rows += static_cast<std::int32_t>(length);
  }
  Tensor y({rows, kHeads, 4, kWidth});
  y.values = values;
  for (const int threads : {1, 2, 8, 16}) {
    Tensor pool = make_pool(4, kWidth);
    for (std::size_t i = 0; i < alone.size(); ++i) {
      std::copy(alone[i].state.values.begin(), alone[i].state.values.end(),
                slot_of(pool, static_cast<std::int64_t>(i)));
    }
    const Workshop workshop(backend(), threads);
    const Out out = run_spans(workshop.context(), y, spans, pool);
    for (std::size_t i = 0; i < alone.size(); ++i) {
      Sequence s = alone[i];
      const Out want = run(context(), s, lengths[i]);
      const float* z = out.z.data() + spans[i].row * kHeads * kWidth;
      expect_same_bits({z, z + want.z.size()}, want.z);
      const float* squares = out.squares.data() + spans[i].row;
      expect_same_bits({squares, squares + want.squares.size()}, want.squares);
      const float* state = slot_of(pool, static_cast<std::int64_t>(i));
      expect_same_bits({state, state + s.state.values.size()}, s.state.values);
    }
  }
}

TEST_P(LightningTest, RefusesSpansThatLeaveRowsOutAndSlotsThatAreNotThere) {
  const Tensor y({4, kHeads, 4, 8}, 1);
  const Tensor slope = slopes(), norm = norm_of(8);
  Tensor states = make_pool(1, 8);
  Tensor z({4, kHeads, 8}), squares({4});
  LightningArgs args{.y = y.view(),
                     .slopes = slope.view(),
                     .norm = norm.view(),
                     .spans = {},
                     .states = states.view(),
                     .layer = 1,
                     .z = z.view(),
                     .squares = squares.view()};
  const auto refused = [&](const StepSpan& span, const std::string& words) {
    const std::vector<StepSpan> spans{span};
    args.spans = span_table(spans);
    expect_refused(lightning(context(), args), words);
  };
  for (const StepSpan& span :
       {StepSpan{0, 3}, StepSpan{1, 3}, StepSpan{0, 0}, StepSpan{0, 5}, StepSpan{0, -4}}) {
    refused(span, "lightning: spans must follow one another");
  }
  refused({0, 4, 0, 1, 0, 0}, "a span's slot is not in the pool");
  refused({0, 4, 0, 0, 1, 0}, "a span's slot is not in the pool");
  refused({0, 4, 0, 0, -1, 0}, "a span's slot is not in the pool");
  args.layer = 2;
  refused({0, 4, 0, 0, 0, 0}, "there is no such layer");
}

}  // namespace
}  // namespace arges::kernels
