// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <limits>

#include "tests/kernels/op_test.h"

namespace arges::kernels {
namespace {

using RouteTest = OpTest;
ARGES_FOR_ALL_BACKENDS(RouteTest);

struct Routed {
  std::vector<std::int32_t> ids, order, offsets;
  std::vector<float> weights, m, inverse_rms;
};

Routed run(const Workshop& workshop, const Tensor& x, const Tensor& norm, const Matrix& router,
           std::int64_t slots, float epsilon = 1e-5f) {
  const std::int64_t rows = x.shape[0];
  const auto pairs = static_cast<std::size_t>(rows * slots);
  Routed r;
  r.ids.assign(pairs, -1);
  r.order.assign(pairs, -1);
  r.offsets.assign(static_cast<std::size_t>(router.rows + 1), -1);
  Tensor weights({rows, slots}), m(x.shape), inverse_rms({rows});
  expect_ok(
      route(workshop.context(), {.x = x.view(),
                                 .norm = {norm.view(), epsilon},
                                 .router = &router,
                                 .m = m.view(),
                                 .inverse_rms = inverse_rms.view(),
                                 .routing = {.ids = ints(r.ids, {rows, slots}),
                                             .weights = weights.view(),
                                             .order = ints(r.order, {rows * slots}),
                                             .offsets = ints(r.offsets, {router.rows + 1})}}));
  r.weights = weights.values;
  r.m = m.values;
  r.inverse_rms = inverse_rms.values;
  return r;
}

// Routes one row by given logits: x is the number one, which a norm without epsilon leaves so, and
// the router's column holds the logits.
Routed route_by(const Workshop& workshop, const std::vector<float>& logits, std::int64_t slots) {
  const auto experts = static_cast<std::int64_t>(logits.size());
  const MatrixSource column = whole_matrix(view_f32(logits.data(), {experts, 1}));
  Matrix router;
  expect_ok(lay_out(workshop.context(), {.sources = {&column, 1}, .out = &router}));
  Tensor one({1, 1}), norm({1});
  one.values = norm.values = {1.0f};
  return run(workshop, one, norm, router, slots, 0.0f);
}

constexpr float kInfinity = std::numeric_limits<float>::infinity();
const float kNan = std::nanf("");

TEST_P(RouteTest, PicksTheLargestAndSoftmaxesOverThem) {
  const Routed routed = route_by(workshop(), {0.5f, 2.0f, -1.0f, 1.0f}, 2);
  EXPECT_THAT(routed.ids, testing::ElementsAre(1, 3));
  const auto first = static_cast<float>(1 / (1 + std::exp(-1.0)));
  EXPECT_THAT(routed.weights,
              testing::ElementsAre(testing::FloatEq(first), testing::FloatEq(1 - first)));
}

TEST_P(RouteTest, GivesTiesToTheLowerIndex) {
  EXPECT_THAT(route_by(workshop(), {1, 3, 2, 3, 3}, 3).ids, testing::ElementsAre(1, 3, 4));
  EXPECT_THAT(route_by(workshop(), {0, 0, 0}, 2).ids, testing::ElementsAre(0, 1));
}

TEST_P(RouteTest, RanksNanLastAndKeepsTheWeightsFinite) {
  const Routed mixed = route_by(workshop(), {kNan, -kInfinity, 1.0f}, 3);
  EXPECT_THAT(mixed.ids, testing::ElementsAre(2, 1, 0));
  EXPECT_THAT(mixed.weights, testing::ElementsAre(1.0f, 0.0f, 0.0f));
  EXPECT_THAT(route_by(workshop(), {kNan, kNan, kNan}, 2).ids, testing::ElementsAre(0, 1));
  EXPECT_THAT(route_by(workshop(), {kNan, kNan, kNan}, 2).weights,
              testing::ElementsAre(0.5f, 0.5f));
  EXPECT_THAT(route_by(workshop(), {kInfinity, 0, kInfinity}, 2).weights,
              testing::ElementsAre(0.5f, 0.5f));
}

TEST_P(RouteTest, NormalisesAndRoutesEveryRowOfALargeBatchTheSameAsAlone) {
  const Weight weight(32, 20, DType::kF32, 1);
  const Matrix router = workshop().pack(weight);
  const Tensor x({500, 20}, 2), norm({20}, 3);
  const Routed all = run(workshop(), x, norm, router, 2);
  for (const int threads : {1, 8}) {
    const Routed again = run(Workshop(backend(), threads), x, norm, router, 2);
    EXPECT_EQ(again.ids, all.ids);
    EXPECT_EQ(again.order, all.order);
    expect_same_bits(again.m, all.m);
  }
  for (const std::size_t row : {0u, 77u, 499u}) {
    Tensor one({1, 20});
    std::copy_n(x.values.begin() + static_cast<std::ptrdiff_t>(row * 20), 20, one.values.begin());
    const Routed alone = run(workshop(), one, norm, router, 2);
    EXPECT_THAT(alone.ids, testing::ElementsAre(all.ids[2 * row], all.ids[2 * row + 1]));
    EXPECT_EQ(alone.weights[0], all.weights[2 * row]);
    EXPECT_EQ(alone.inverse_rms[0], all.inverse_rms[row]);
    expect_same_bits(alone.m, {all.m.begin() + static_cast<std::ptrdiff_t>(row * 20),
                               all.m.begin() + static_cast<std::ptrdiff_t>(row * 20 + 20)});
  }
}

TEST_P(RouteTest, WritesTheNormThatNormLinearUses) {
  const Weight weight(4, 24, DType::kF32, 1);
  const Matrix router = workshop().pack(weight);
  const Tensor x({9, 24}, 2), norm({24}, 3);
  const Routed routed = run(workshop(), x, norm, router, 2);
  for (std::size_t i = 0; i < routed.m.size(); ++i) {
    EXPECT_EQ(routed.m[i], x.values[i] * routed.inverse_rms[i / 24] * norm.values[i % 24]);
  }
}

TEST_P(RouteTest, SortsThePairsByExpert) {
  const Weight weight(7, 6, DType::kF32, 1);
  const Matrix router = workshop().pack(weight);
  const Tensor x({40, 6}, 2), norm({6}, 3);
  const Routed routed = run(workshop(), x, norm, router, 3);
  EXPECT_EQ(routed.offsets.front(), 0);
  EXPECT_EQ(routed.offsets.back(), 120);
  std::vector<bool> seen(120);
  for (std::size_t e = 0; e < 7; ++e) {
    for (std::int32_t at = routed.offsets[e]; at < routed.offsets[e + 1]; ++at) {
      const auto pair = static_cast<std::size_t>(routed.order[static_cast<std::size_t>(at)]);
      EXPECT_EQ(routed.ids[pair], static_cast<std::int32_t>(e));
      EXPECT_TRUE(at == routed.offsets[e] || routed.order[static_cast<std::size_t>(at) - 1] <
                                                 routed.order[static_cast<std::size_t>(at)]);
      seen[pair] = true;
    }
  }
  EXPECT_THAT(seen, testing::Each(true));
}

TEST_P(RouteTest, RefusesMoreSlotsThanExperts) {
  const Weight weight(2, 4, DType::kF32, 1);
  const Matrix router = workshop().pack(weight);
  const Tensor x({1, 4}, 1), norm({4}, 1);
  Tensor m({1, 4}), inverse_rms({1}), weights({1, 3});
  std::vector<std::int32_t> ids(3), order(3), offsets(3);
  expect_refused(route(context(), {.x = x.view(),
                                   .norm = {norm.view()},
                                   .router = &router,
                                   .m = m.view(),
                                   .inverse_rms = inverse_rms.view(),
                                   .routing = {.ids = ints(ids, {1, 3}),
                                               .weights = weights.view(),
                                               .order = ints(order, {3}),
                                               .offsets = ints(offsets, {3})}}),
                 "as many experts as slots");
}

}  // namespace
}  // namespace arges::kernels
