// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <utility>

#include "tests/kernels/op_test.h"

namespace arges::kernels {
namespace {

using LightningAttentionTest = OpTest;
ARGES_FOR_ALL_BACKENDS(LightningAttentionTest);

constexpr std::int64_t kHeads = 3;

// One sequence with its inputs and its state.
struct Sequence {
  Sequence(std::int64_t tokens, std::int64_t width, std::uint32_t seed)
      : qkv({tokens, kHeads, 3, width}, seed, 0.3f), state({kHeads, width, width}, seed + 1) {}
  Tensor qkv;
  Tensor state;
};

Tensor slopes() {
  Tensor result({kHeads});
  result.values = {0.917f, 0.01f, 4.9e-5f};
  return result;
}

// Runs the tokens in chunks of `chunk`, states carried over; returns out.
std::vector<float> run(const ExecContext& context, Sequence& s, std::int64_t chunk) {
  const std::int64_t tokens = s.qkv.shape[0];
  const std::int64_t width = s.qkv.shape[3];
  const Tensor slope = slopes();
  Tensor out({tokens, kHeads, width});
  for (std::int64_t first = 0; first < tokens; first += chunk) {
    const std::int64_t count = std::min(chunk, tokens - first);
    const SequenceSpan span{0, count};
    float* state = s.state.values.data();
    expect_ok(lightning_attention(
        context,
        {.qkv = view_f32(std::as_const(s.qkv).values.data() + first * kHeads * 3 * width,
                         {count, kHeads, 3, width}),
         .slopes = slope.view(),
         .sequences = {&span, 1},
         .states = {&state, 1},
         .out = view_f32(out.values.data() + first * kHeads * width, {count, kHeads, width})}));
  }
  return out.values;
}

// The recurrence of architecture.md §2.3 in double precision; replaces the state.
std::vector<float> in_double(Sequence& s) {
  const auto width = static_cast<std::size_t>(s.qkv.shape[3]);
  const auto tokens = static_cast<std::size_t>(s.qkv.shape[0]);
  std::vector<double> state(s.state.values.begin(), s.state.values.end());
  const Tensor slope = slopes();
  std::vector<float> out;
  for (std::size_t t = 0; t < tokens; ++t) {
    for (std::size_t h = 0; h < kHeads; ++h) {
      const float* q = s.qkv.values.data() + (t * kHeads + h) * 3 * width;
      const float* k = q + width;
      const float* v = k + width;
      const double decay = std::exp(-static_cast<double>(slope.values[h]));
      double* matrix = state.data() + h * width * width;
      for (std::size_t j = 0; j < width; ++j) {
        double sum = 0;
        for (std::size_t i = 0; i < width; ++i) {
          double& cell = matrix[i * width + j];
          cell = decay * cell + static_cast<double>(k[i]) * v[j];
          sum += q[i] * cell;
        }
        out.push_back(static_cast<float>(sum));
      }
    }
  }
  for (std::size_t i = 0; i < state.size(); ++i) s.state.values[i] = static_cast<float>(state[i]);
  return out;
}

TEST_P(LightningAttentionTest, AgreesWithTheRecurrenceInDouble) {
  for (const std::int64_t width : {8, 16, 24, 48}) {
    for (const std::int64_t tokens : {1, 5, 11, 12, 63, 64, 65, 255, 256, 257, 700}) {
      SCOPED_TRACE(testing::Message() << tokens << " tokens, width " << width);
      Sequence s(tokens, width, 1);
      Sequence exact = s;
      EXPECT_LE(worst_difference(run(context(), s, tokens), in_double(exact)), 1e-5);
      EXPECT_LE(worst_difference(s.state.values, exact.state.values), 1e-5);
    }
  }
}

TEST_P(LightningAttentionTest, AgreesInChunksOfAnyLength) {
  constexpr std::int64_t kTokens = 300;
  Sequence whole(kTokens, 32, 2);
  Sequence start = whole;
  const std::vector<float> once = run(context(), whole, kTokens);
  for (const std::int64_t chunk : {1, 7, 63, 64, 65, 256}) {
    Sequence s = start;
    EXPECT_LE(worst_difference(run(context(), s, chunk), once), 1e-5) << chunk;
    EXPECT_LE(worst_difference(s.state.values, whole.state.values), 1e-5) << chunk;
  }
}

TEST_P(LightningAttentionTest, KeepsWhatTheSlowestHeadsRemember) {
  // 20,000 steps with nothing new: the state must be e^(−s·20000) of what it was.
  constexpr std::int64_t kTokens = 20000;
  Sequence s(kTokens, 8, 3);
  for (float& value : s.qkv.values) value = 0.0f;
  const std::vector<float> before = s.state.values;
  run(context(), s, 1000);
  const double kept = std::exp(-static_cast<double>(slopes().values[2]) * kTokens);
  for (std::size_t i = before.size() - 64; i < before.size(); ++i) {
    EXPECT_NEAR(s.state.values[i] / (before[i] * kept), 1.0, 2e-5);
  }
}

TEST_P(LightningAttentionTest, KeepsTheBitsForAnyThreadsAndNeighbours) {
  constexpr std::int64_t kWidth = 32;
  const std::vector<std::int64_t> lengths{1, 70, 5, 130};
  std::vector<Sequence> alone;
  std::vector<float> qkv, expected_out;
  std::vector<SequenceSpan> spans;
  std::int64_t rows = 0;
  for (const std::int64_t length : lengths) {
    alone.emplace_back(length, kWidth, static_cast<std::uint32_t>(length));
    qkv.insert(qkv.end(), alone.back().qkv.values.begin(), alone.back().qkv.values.end());
    spans.push_back({rows, length});
    rows += length;
  }
  for (const int threads : {1, 2, 8}) {
    std::vector<Sequence> batched = alone;
    std::vector<float*> states;
    for (Sequence& s : batched) states.push_back(s.state.values.data());
    const Tensor slope = slopes();
    Tensor out({rows, kHeads, kWidth});
    const Workshop workshop(ops(), threads);
    expect_ok(lightning_attention(
        workshop.context(), {.qkv = view_f32(std::as_const(qkv).data(), {rows, kHeads, 3, kWidth}),
                             .slopes = slope.view(),
                             .sequences = spans,
                             .states = states,
                             .out = out.view()}));
    for (std::size_t i = 0; i < alone.size(); ++i) {
      Sequence s = alone[i];
      const std::vector<float> want = run(context(), s, lengths[i]);
      const float* got = out.values.data() + spans[i].begin * kHeads * kWidth;
      expect_same_bits({got, got + want.size()}, want);
      expect_same_bits(batched[i].state.values, s.state.values);
    }
  }
}

TEST_P(LightningAttentionTest, RefusesSpansThatLeaveRowsOut) {
  const Tensor qkv({4, kHeads, 3, 8}, 1);
  const Tensor slope = slopes();
  Tensor state({kHeads, 8, 8}, 1);
  Tensor out({4, kHeads, 8});
  float* pointer = state.values.data();
  LightningAttentionArgs args{.qkv = qkv.view(),
                              .slopes = slope.view(),
                              .sequences = {},
                              .states = {&pointer, 1},
                              .out = out.view()};
  for (const SequenceSpan& span : {SequenceSpan{0, 3}, SequenceSpan{1, 3}, SequenceSpan{0, 0},
                                   SequenceSpan{0, 5}, SequenceSpan{0, -4}}) {
    args.sequences = {&span, 1};
    expect_refused(lightning_attention(context(), args), "lightning_attention: sequence spans");
  }
  const SequenceSpan all{0, 4};
  args.sequences = {&all, 1};
  args.states = {};
  expect_refused(lightning_attention(context(), args), "each sequence needs one state");
}

}  // namespace
}  // namespace arges::kernels
