// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "tests/kernels/op_test.h"

namespace arges::kernels {
namespace {

using BidirectionalAttentionTest = OpTest;
ARGES_FOR_ALL_BACKENDS(BidirectionalAttentionTest);

std::vector<float> run(const ExecContext& context, const Tensor& q, const Tensor& k,
                       const Tensor& v) {
  Tensor out(q.shape);
  expect_ok(bidirectional_attention(
      context, {.q = q.view(), .k = k.view(), .v = v.view(), .scale = 0.25f, .out = out.view()}));
  return out.values;
}

std::vector<float> in_double(const Tensor& q, const Tensor& k, const Tensor& v) {
  const std::int64_t tokens = q.shape[1], heads = q.shape[2], width = q.shape[3];
  std::vector<float> out;
  for (std::int64_t i = 0; i < q.shape[0] * tokens * heads; ++i) {
    std::vector<double> sum(static_cast<std::size_t>(width));
    double total = 0;
    for (std::int64_t t = 0; t < tokens; ++t) {
      const std::int64_t at = ((i / (tokens * heads) * tokens + t) * heads + i % heads) * width;
      double score = 0;
      for (std::int64_t c = 0; c < width; ++c) {
        score += static_cast<double>(q.values[static_cast<std::size_t>(i * width + c)]) *
                 k.values[static_cast<std::size_t>(at + c)];
      }
      const double weight = std::exp(0.25 * score);
      total += weight;
      for (std::int64_t c = 0; c < width; ++c) {
        sum[static_cast<std::size_t>(c)] += weight * v.values[static_cast<std::size_t>(at + c)];
      }
    }
    for (const double value : sum) out.push_back(static_cast<float>(value / total));
  }
  return out;
}

TEST_P(BidirectionalAttentionTest, AgreesWithDoublePrecision) {
  for (const Shape& shape :
       {Shape{1, 1, 1, 16}, Shape{2, 5, 3, 8}, Shape{1, 65, 2, 20}, Shape{2, 145, 2, 64}}) {
    const Tensor q(shape, 1, 2.0f), k(shape, 2, 2.0f), v(shape, 3);
    EXPECT_LE(worst_difference(run(context(), q, k, v), in_double(q, k, v)), 2e-6)
        << shape.to_string();
  }
}

TEST_P(BidirectionalAttentionTest, KeepsTheBitsForAnyNumberOfThreads) {
  const Shape shape{2, 100, 3, 16};
  const Tensor q(shape, 1), k(shape, 2), v(shape, 3);
  const std::vector<float> one = run(Workshop(backend(), 1).context(), q, k, v);
  for (const int threads : {2, 8}) {
    expect_same_bits(run(Workshop(backend(), threads).context(), q, k, v), one);
  }
}

TEST_P(BidirectionalAttentionTest, TakesNoTokens) {
  const Tensor none({0, 5, 2, 16});
  EXPECT_TRUE(run(context(), none, none, none).empty());
}

TEST_P(BidirectionalAttentionTest, RefusesShapesThatDiffer) {
  const Tensor q({1, 4, 2, 8}, 1), k({1, 5, 2, 8}, 1);
  Tensor out(q.shape);
  expect_refused(bidirectional_attention(
                     context(), {.q = q.view(), .k = k.view(), .v = q.view(), .out = out.view()}),
                 "bidirectional_attention: k must have shape [1, 4, 2, 8]");
}

}  // namespace
}  // namespace arges::kernels
