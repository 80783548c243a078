// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <numeric>

#include "tests/kernels/op_test.h"

namespace arges::kernels {
namespace {

using ExpertFfnTest = OpTest;
ARGES_FOR_ALL_BACKENDS(ExpertFfnTest);

struct Case {
  std::int64_t rows, hidden, ffn, experts, slots;
  DType dtype = DType::kF32;
};

struct Layer {
  Layer(const Workshop& workshop, const Case& c) {
    for (std::uint32_t e = 0; e < static_cast<std::uint32_t>(c.experts); ++e) {
      gates.emplace_back(c.ffn, c.hidden, c.dtype, 3 * e);
      ups.emplace_back(c.ffn, c.hidden, c.dtype, 3 * e + 1);
      downs.emplace_back(c.hidden, c.ffn, c.dtype, 3 * e + 2);
      experts.push_back({workshop.interleave({&gates[e], &ups[e]}, {kGateRows, kGateRows}),
                         workshop.pack(downs[e])});
    }
  }
  std::vector<Weight> gates, ups, downs;
  std::vector<Expert> experts;
};

// Which experts each row takes, never one twice.
std::vector<std::int32_t> choices(const Case& c) {
  std::vector<std::int32_t> ids;
  for (std::int64_t row = 0; row < c.rows; ++row) {
    for (std::int64_t slot = 0; slot < c.slots; ++slot) {
      ids.push_back(static_cast<std::int32_t>((row * row + 3 * row + slot) % c.experts));
    }
  }
  return ids;
}

// What route would have made of these choices.
struct Routed {
  Routed(std::vector<std::int32_t> chosen, Tensor shares, std::int64_t experts)
      : ids(std::move(chosen)), weights(std::move(shares)), order(ids.size()) {
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(), [&](std::int32_t a, std::int32_t b) {
      return ids[static_cast<std::size_t>(a)] < ids[static_cast<std::size_t>(b)];
    });
    for (std::int64_t e = 0; e <= experts; ++e) {
      offsets.push_back(static_cast<std::int32_t>(
          std::count_if(ids.begin(), ids.end(), [&](std::int32_t id) { return id < e; })));
    }
  }
  Routing view() {
    return {.ids = ints(ids, weights.shape),
            .weights = weights.view(),
            .order = ints(order, {std::ssize(order)}),
            .offsets = ints(offsets, {std::ssize(offsets)})};
  }
  std::vector<std::int32_t> ids;
  Tensor weights;
  std::vector<std::int32_t> order, offsets;
};

constexpr float kAlpha = 1.5f, kBeta = 0.7f;

// Before: the stream is twice m.
std::vector<float> run(const Workshop& workshop, const Layer& layer, const Tensor& m,
                       const std::vector<std::int32_t>& ids, const Tensor& weights) {
  Tensor x = m;
  for (float& value : x.values) value *= 2;
  Routed routed(ids, weights, std::ssize(layer.experts));
  expect_ok(expert_ffn(
      workshop.context(),
      {.m = m.view(),
       .routing = routed.view(),
       .experts = layer.experts,
       .residual = {
           .x = x.view(), .inverse_rms = {}, .norm = {}, .alpha = kAlpha, .beta = kBeta}}));
  return x.values;
}

double dot(const Weight& weight, std::int64_t row, const std::vector<double>& x) {
  double sum = 0;
  for (std::int64_t i = 0; i < weight.cols; ++i) {
    sum += weight.at(row, i) * x[static_cast<std::size_t>(i)];
  }
  return sum;
}

std::vector<double> expert_in_double(const Layer& layer, std::size_t e,
                                     const std::vector<double>& x) {
  std::vector<double> inner;
  for (std::int64_t i = 0; i < layer.gates[e].rows; ++i) {
    const double gate = dot(layer.gates[e], i, x);
    inner.push_back(gate / (1 + std::exp(-gate)) * dot(layer.ups[e], i, x));
  }
  std::vector<double> out;
  for (std::int64_t i = 0; i < layer.downs[e].rows; ++i)
    out.push_back(dot(layer.downs[e], i, inner));
  return out;
}

TEST_P(ExpertFfnTest, AgreesWithDoublePrecision) {
  for (const Case& c : {Case{1, 32, 48, 4, 2}, Case{3, 20, 33, 5, 2}, Case{40, 48, 30, 3, 1},
                        Case{130, 16, 40, 2, 2}, Case{29, 24, 24, 8, 3, DType::kBF16}}) {
    const Layer layer(workshop(), c);
    const Tensor x({c.rows, c.hidden}, 1);
    const Tensor weights({c.rows, c.slots}, 2);
    const std::vector<std::int32_t> ids = choices(c);
    std::vector<float> want;
    for (std::int64_t row = 0; row < c.rows; ++row) {
      const float* begin = x.values.data() + row * c.hidden;
      std::vector<double> sum(static_cast<std::size_t>(c.hidden));
      for (std::int64_t s = row * c.slots; s < (row + 1) * c.slots; ++s) {
        const auto slot = static_cast<std::size_t>(s);
        const std::vector<double> made =
            expert_in_double(layer, static_cast<std::size_t>(ids[slot]), {begin, begin + c.hidden});
        for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += weights.values[slot] * made[i];
      }
      for (std::size_t i = 0; i < sum.size(); ++i) {
        want.push_back(static_cast<float>(kAlpha * 2 * begin[i] + kBeta * sum[i]));
      }
    }
    EXPECT_LE(worst_difference(run(workshop(), layer, x, ids, weights), want), 2e-5);
  }
}

TEST_P(ExpertFfnTest, GivesARowTheSameBitsAloneAndAmongOthersWithAnyThreads) {
  const Case c{67, 64, 144, 4, 2};
  const Layer layer(workshop(), c);
  const Tensor x({c.rows, c.hidden}, 3);
  const Tensor weights({c.rows, c.slots}, 4);
  const std::vector<std::int32_t> ids = choices(c);
  const std::vector<float> together = run(workshop(), layer, x, ids, weights);
  for (const int threads : {1, 3, 8}) {
    expect_same_bits(run(Workshop(backend(), threads), layer, x, ids, weights), together);
  }
  for (const std::int64_t row : {0, 13, 66}) {
    Tensor one({1, c.hidden});
    Tensor weight({1, c.slots});
    std::copy_n(x.values.data() + row * c.hidden, c.hidden, one.values.data());
    std::copy_n(weights.values.data() + row * c.slots, c.slots, weight.values.data());
    const auto id = ids.begin() + row * c.slots;
    const float* among = together.data() + row * c.hidden;
    expect_same_bits(run(workshop(), layer, one, {id, id + c.slots}, weight),
                     {among, among + c.hidden});
  }
}

TEST_P(ExpertFfnTest, TakesNoRows) {
  const Layer layer(workshop(), {0, 16, 16, 2, 1});
  EXPECT_TRUE(run(workshop(), layer, Tensor({0, 16}), {}, Tensor({0, 1})).empty());
}

// x = alpha · n + beta · experts with n = x · inverse_rms ⊙ norm, here chosen so that n is m.
TEST_P(ExpertFfnTest, MakesTheNormOfTheResidualAgain) {
  const Case c{5, 24, 20, 3, 2};
  const Layer layer(workshop(), c);
  const Tensor m({c.rows, c.hidden}, 3), weights({c.rows, c.slots}, 4);
  const std::vector<std::int32_t> ids = choices(c);
  const std::vector<float> plain = run(workshop(), layer, m, ids, weights);
  Tensor x = m, inverse_rms({c.rows}), norm({c.hidden});
  std::fill(inverse_rms.values.begin(), inverse_rms.values.end(), 0.5f);
  std::fill(norm.values.begin(), norm.values.end(), 4.0f);
  Routed routed(ids, weights, c.experts);
  expect_ok(expert_ffn(context(), {.m = m.view(),
                                   .routing = routed.view(),
                                   .experts = layer.experts,
                                   .residual = {.x = x.view(),
                                                .inverse_rms = inverse_rms.view(),
                                                .norm = norm.view(),
                                                .alpha = kAlpha,
                                                .beta = kBeta}}));
  expect_same_bits(x.values, plain);  // 0.5 · 4 = 2 exactly
}

TEST_P(ExpertFfnTest, RefusesARoutingToOtherExperts) {
  const Layer layer(workshop(), {1, 16, 16, 2, 1});
  const Tensor m({1, 16}, 1);
  Tensor x({1, 16}, 1);
  Routed routed({0}, Tensor({1, 1}, 1), 3);
  expect_refused(
      expert_ffn(context(), {.m = m.view(),
                             .routing = routed.view(),
                             .experts = layer.experts,
                             .residual = {.x = x.view(), .inverse_rms = {}, .norm = {}}}),
      "expert_ffn: offsets must have shape [3], not [4]");
}

}  // namespace
}  // namespace arges::kernels
