// SPDX-License-Identifier: Apache-2.0
#include "tests/kernels/op_test.h"

namespace arges::kernels {
namespace {

using EmbedTest = OpTest;
ARGES_FOR_ALL_BACKENDS(EmbedTest);

TEST_P(EmbedTest, WidensTheRowsExactly) {
  const std::vector<std::int32_t> ids{6, 0, 0, 3};
  for (const DType dtype : {DType::kF32, DType::kBF16, DType::kF16}) {
    const Weight table(7, 37, dtype, 1);
    Tensor out({4, 37});
    expect_ok(embed(
        context(), {.ids = view_i32(ids), .table = table.view(), .pictures = {}, .x = out.view()}));
    for (std::size_t i = 0; i < out.values.size(); ++i) {
      ASSERT_EQ(out.values[i], table.at(ids[i / 37], static_cast<std::int64_t>(i % 37)));
    }
  }
}

TEST_P(EmbedTest, RefusesAnIdOutsideTheTable) {
  const Weight table(7, 4, DType::kF32, 1);
  Tensor out({2, 4});
  for (const std::int32_t wrong : {-1, 7}) {
    const std::vector<std::int32_t> ids{0, wrong};
    expect_refused(
        embed(context(),
              {.ids = view_i32(ids), .table = table.view(), .pictures = {}, .x = out.view()}),
        "embed: ids holds " + std::to_string(wrong) + " at position 1");
  }
}

TEST_P(EmbedTest, PutsPicturesOverTheirPlaceholders) {
  const Weight table(7, 5, DType::kF32, 1);
  const Tensor first({2, 5}, 2), second({1, 5}, 3);
  const std::vector<std::int32_t> ids{1, 6, 6, 2, 6};
  const std::vector<PictureRows> pictures{{1, first.view()}, {4, second.view()}};
  Tensor x({5, 5});
  expect_ok(
      embed(context(),
            {.ids = view_i32(ids), .table = table.view(), .pictures = pictures, .x = x.view()}));
  for (std::size_t c = 0; c < 5; ++c) {
    EXPECT_EQ(x.values[c], table.at(1, static_cast<std::int64_t>(c)));
    EXPECT_EQ(x.values[5 + c], first.values[c]);
    EXPECT_EQ(x.values[10 + c], first.values[5 + c]);
    EXPECT_EQ(x.values[15 + c], table.at(2, static_cast<std::int64_t>(c)));
    EXPECT_EQ(x.values[20 + c], second.values[c]);
  }
}

TEST_P(EmbedTest, RefusesAPictureThatLeavesTheRows) {
  const Weight table(7, 5, DType::kF32, 1);
  const Tensor features({2, 5}, 2), narrow({1, 4}, 2);
  const std::vector<std::int32_t> ids{1, 6};
  Tensor x({2, 5});
  for (const std::int64_t begin : {-1, 1}) {
    const std::vector<PictureRows> pictures{{begin, features.view()}};
    expect_refused(
        embed(context(),
              {.ids = view_i32(ids), .table = table.view(), .pictures = pictures, .x = x.view()}),
        "embed: a picture leaves the rows");
  }
  const std::vector<PictureRows> pictures{{0, narrow.view()}};
  expect_refused(
      embed(context(),
            {.ids = view_i32(ids), .table = table.view(), .pictures = pictures, .x = x.view()}),
      "embed: a picture must have shape");
}

TEST_P(EmbedTest, TakesNoIds) {
  const Weight table(7, 4, DType::kF32, 1);
  Tensor out({0, 4});
  expect_ok(embed(context(),
                  {.ids = view_i32({}), .table = table.view(), .pictures = {}, .x = out.view()}));
}

}  // namespace
}  // namespace arges::kernels
