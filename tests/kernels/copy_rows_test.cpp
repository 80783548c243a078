// SPDX-License-Identifier: Apache-2.0
#include "tests/kernels/op_test.h"

namespace arges::kernels {
namespace {

using CopyRowsTest = OpTest;
ARGES_FOR_ALL_BACKENDS(CopyRowsTest);

TEST_P(CopyRowsTest, MovesTheNamedRowsAndLeavesTheOthers) {
  const Tensor in({3, 5}, 1);
  Tensor out({4, 5}, 2);
  const Tensor before = out;
  const std::vector<std::int32_t> from{2, 0}, to{1, 3};
  expect_ok(copy_rows(
      context(), {.in = in.view(), .from = view_i32(from), .to = view_i32(to), .out = out.view()}));
  for (std::size_t c = 0; c < 5; ++c) {
    EXPECT_EQ(out.values[c], before.values[c]);
    EXPECT_EQ(out.values[5 + c], in.values[10 + c]);
    EXPECT_EQ(out.values[10 + c], before.values[10 + c]);
    EXPECT_EQ(out.values[15 + c], in.values[c]);
  }
}

TEST_P(CopyRowsTest, RefusesRowsOutsideEitherTensor) {
  const Tensor in({3, 5}, 1);
  Tensor out({4, 5}, 2);
  const std::vector<std::int32_t> good{1}, three{3}, four{4}, two{0, 1};
  CopyRowsArgs args{
      .in = in.view(), .from = view_i32(three), .to = view_i32(good), .out = out.view()};
  expect_refused(copy_rows(context(), args), "from holds 3 at position 0, outside [0, 3)");
  args.from = view_i32(good);
  args.to = view_i32(four);
  expect_refused(copy_rows(context(), args), "to holds 4 at position 0, outside [0, 4)");
  args.to = view_i32(two);
  expect_refused(copy_rows(context(), args), "to must have shape [1], not [2]");
}

TEST_P(CopyRowsTest, RefusesToCopyATensorIntoItself) {
  Tensor both({3, 5}, 1);
  const std::vector<std::int32_t> row{1};
  expect_refused(
      copy_rows(
          context(),
          {.in = both.view(), .from = view_i32(row), .to = view_i32(row), .out = both.view()}),
      "out must not overlap in");
}

}  // namespace
}  // namespace arges::kernels
