// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "tests/kernels/op_test.h"

namespace arges::kernels {
namespace {

using RotaryEmbeddingTest = OpTest;
ARGES_FOR_ALL_BACKENDS(RotaryEmbeddingTest);

TEST_P(RotaryEmbeddingTest, RotatesTheFirstChannelsAtPositionsUpToMillions) {
  const std::vector<std::int32_t> positions{0, 1, 1000, 4194304};
  const Tensor before({4, 2, 12}, 1);
  Tensor x = before;
  expect_ok(rotary_embedding(
      context(), {.x = x.view(), .positions = view_i32(positions), .rotary_dim = 8, .theta = 1e7}));
  for (std::size_t i = 0; i < x.values.size(); ++i) {
    const std::size_t c = i % 12;
    double want = before.values[i];
    if (c < 8) {
      const double angle = positions[i / 24] * std::pow(1e7, -static_cast<double>(c % 4) / 4);
      const std::size_t pair = c < 4 ? i + 4 : i - 4;
      const double sign = c < 4 ? -1 : 1;
      want = before.values[i] * std::cos(angle) + sign * before.values[pair] * std::sin(angle);
    }
    EXPECT_NEAR(x.values[i], want, 1e-6) << i;
  }
}

TEST_P(RotaryEmbeddingTest, LeavesEverythingWhenNothingRotates) {
  const std::vector<std::int32_t> positions{5};
  Tensor x({1, 2, 6}, 1);
  const Tensor before = x;
  expect_ok(rotary_embedding(context(), {.x = x.view(), .positions = view_i32(positions)}));
  expect_same_bits(x.values, before.values);
}

TEST_P(RotaryEmbeddingTest, RefusesWhatCannotRotate) {
  std::vector<std::int32_t> positions{5};
  Tensor x({1, 2, 6}, 1);
  RotaryEmbeddingArgs args{.x = x.view(), .positions = view_i32(positions)};
  for (const std::int64_t wrong : {-2, 3, 8}) {
    args.rotary_dim = wrong;
    expect_refused(rotary_embedding(context(), args), "rotary_dim must be even");
  }
  args.rotary_dim = 4;
  positions[0] = -1;
  expect_refused(rotary_embedding(context(), args), "positions holds -1");
}

}  // namespace
}  // namespace arges::kernels
