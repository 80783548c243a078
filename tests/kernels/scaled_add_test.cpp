// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "tests/kernels/op_test.h"

namespace arges::kernels {
namespace {

using ScaledAddTest = OpTest;
ARGES_FOR_ALL_BACKENDS(ScaledAddTest);

TEST_P(ScaledAddTest, WeighsBothSides) {
  for (const std::int64_t count : {0, 1, 15, 17, 1000, 20001}) {
    const Tensor a({count}, 1), b({count}, 2);
    Tensor out({count});
    expect_ok(scaled_add(
        context(),
        {.a = a.view(), .b = b.view(), .alpha = 3.5f, .beta = -0.5f, .out = out.view()}));
    for (std::size_t i = 0; i < out.values.size(); ++i) {
      ASSERT_EQ(out.values[i], std::fma(3.5f, a.values[i], -0.5f * b.values[i])) << i;
    }
  }
}

TEST_P(ScaledAddTest, MayWriteOverAnInput) {
  Tensor a({7, 11}, 1);
  const Tensor before = a;
  const Tensor b({7, 11}, 2);
  expect_ok(scaled_add(context(), {.a = a.view(), .b = b.view(), .out = a.view()}));
  for (std::size_t i = 0; i < a.values.size(); ++i) {
    ASSERT_EQ(a.values[i], before.values[i] + b.values[i]);
  }
}

TEST_P(ScaledAddTest, TakesAnyShape) {
  for (const Shape& shape : {Shape{}, Shape{0, 3}, Shape{5}, Shape{3, 7, 11}, Shape{130, 129}}) {
    const Tensor a(shape, 1), b(shape, 2);
    Tensor out(shape);
    expect_ok(scaled_add(context(), {.a = a.view(), .b = b.view(), .out = out.view()}));
    for (std::size_t i = 0; i < out.values.size(); ++i) {
      ASSERT_EQ(out.values[i], a.values[i] + b.values[i]) << i;
    }
  }
}

TEST_P(ScaledAddTest, RefusesShapesThatDifferAndPartialOverlap) {
  const Tensor a({4}, 1), b({5}, 2);
  Tensor out({4});
  expect_refused(scaled_add(context(), {.a = a.view(), .b = b.view(), .out = out.view()}),
                 "scaled_add: b must have shape [4], not [5]");
  Tensor wide({8}, 3);
  const TensorView shifted = view_f32(wide.values.data() + 2, {4});
  const TensorView first = view_f32(wide.values.data(), {4});
  expect_refused(scaled_add(context(), {.a = first, .b = a.view(), .out = shifted}),
                 "scaled_add: out must not overlap part of a");
}

}  // namespace
}  // namespace arges::kernels
