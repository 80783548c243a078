// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <limits>

#include "tests/kernels/op_test.h"

namespace arges::kernels {
namespace {

using RouteTopKTest = OpTest;
ARGES_FOR_ALL_BACKENDS(RouteTopKTest);

struct Routed {
  std::vector<std::int32_t> ids;
  std::vector<float> weights;
};

Routed route(const ExecContext& context, const std::vector<float>& logits, std::int64_t slots) {
  Routed routed{std::vector<std::int32_t>(static_cast<std::size_t>(slots), -1), {}};
  Tensor weights({1, slots});
  const TensorView ids{routed.ids.data(), DType::kI32, {1, slots}, Device::kCpu};
  const auto experts = static_cast<std::int64_t>(logits.size());
  expect_ok(route_top_k(context, {.logits = view_f32(logits.data(), {1, experts}),
                                  .expert_ids = ids,
                                  .weights = weights.view()}));
  routed.weights = weights.values;
  return routed;
}

constexpr float kInfinity = std::numeric_limits<float>::infinity();
const float kNan = std::nanf("");

TEST_P(RouteTopKTest, PicksTheLargestAndSoftmaxesOverThem) {
  const Routed routed = route(context(), {0.5f, 2.0f, -1.0f, 1.0f}, 2);
  EXPECT_THAT(routed.ids, testing::ElementsAre(1, 3));
  const auto first = static_cast<float>(1 / (1 + std::exp(-1.0)));
  EXPECT_THAT(routed.weights,
              testing::ElementsAre(testing::FloatEq(first), testing::FloatEq(1 - first)));
}

TEST_P(RouteTopKTest, GivesTiesToTheLowerIndex) {
  EXPECT_THAT(route(context(), {1, 3, 2, 3, 3}, 3).ids, testing::ElementsAre(1, 3, 4));
  EXPECT_THAT(route(context(), {0, 0, 0}, 2).ids, testing::ElementsAre(0, 1));
}

TEST_P(RouteTopKTest, RanksNanLastAndKeepsTheWeightsFinite) {
  const Routed mixed = route(context(), {kNan, -kInfinity, 1.0f}, 3);
  EXPECT_THAT(mixed.ids, testing::ElementsAre(2, 1, 0));
  EXPECT_THAT(mixed.weights, testing::ElementsAre(1.0f, 0.0f, 0.0f));
  EXPECT_THAT(route(context(), {kNan, kNan, kNan}, 2).ids, testing::ElementsAre(0, 1));
  EXPECT_THAT(route(context(), {kNan, kNan, kNan}, 2).weights, testing::ElementsAre(0.5f, 0.5f));
  EXPECT_THAT(route(context(), {kInfinity, 0, kInfinity}, 2).weights,
              testing::ElementsAre(0.5f, 0.5f));
}

TEST_P(RouteTopKTest, RoutesEveryRowOfALargeBatchTheSameAsAlone) {
  const Tensor logits({2000, 32}, 1);
  std::vector<std::int32_t> ids(4000, -1);
  Tensor weights({2000, 2});
  const TensorView id_view{ids.data(), DType::kI32, {2000, 2}, Device::kCpu};
  expect_ok(route_top_k(
      context(), {.logits = logits.view(), .expert_ids = id_view, .weights = weights.view()}));
  for (const std::size_t row : {0u, 777u, 1999u}) {
    const float* begin = logits.values.data() + row * 32;
    const Routed alone = route(context(), {begin, begin + 32}, 2);
    EXPECT_THAT(alone.ids, testing::ElementsAre(ids[2 * row], ids[2 * row + 1]));
    EXPECT_EQ(alone.weights[0], weights.values[2 * row]);
  }
}

TEST_P(RouteTopKTest, RefusesMoreSlotsThanExperts) {
  const Tensor logits({1, 2}, 1);
  std::vector<std::int32_t> ids(3);
  Tensor weights({1, 3});
  const TensorView id_view{ids.data(), DType::kI32, {1, 3}, Device::kCpu};
  expect_refused(
      route_top_k(context(),
                  {.logits = logits.view(), .expert_ids = id_view, .weights = weights.view()}),
      "the number of slots");
}

}  // namespace
}  // namespace arges::kernels
