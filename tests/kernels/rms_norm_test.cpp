// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "tests/kernels/op_test.h"

namespace arges::kernels {
namespace {

using RmsNormTest = OpTest;
ARGES_FOR_ALL_BACKENDS(RmsNormTest);

TEST_P(RmsNormTest, AgreesWithDoublePrecision) {
  for (const Shape& shape :
       {Shape{0, 8}, Shape{1, 1}, Shape{3, 17}, Shape{2, 512}, Shape{50, 1000}}) {
    const Tensor x(shape, 1, 3.0f);
    const Tensor weight({shape[1]}, 2);
    Tensor out(shape);
    expect_ok(rms_norm(
        context(), {.x = x.view(), .weight = weight.view(), .epsilon = 1e-6f, .out = out.view()}));
    std::vector<float> want;
    const auto width = static_cast<std::size_t>(shape[1]);
    for (std::size_t i = 0; i < x.values.size(); ++i) {
      double squares = 0;
      for (std::size_t j = i - i % width; j < i - i % width + width; ++j) {
        squares += static_cast<double>(x.values[j]) * x.values[j];
      }
      want.push_back(static_cast<float>(x.values[i] * weight.values[i % width] /
                                        std::sqrt(squares / static_cast<double>(width) + 1e-6f)));
    }
    EXPECT_LE(worst_difference(out.values, want), 2e-6) << shape.to_string();
  }
}

TEST_P(RmsNormTest, MayWriteOverItsInput) {
  Tensor x({5, 33}, 1);
  const Tensor weight({33}, 2);
  Tensor out(x.shape);
  expect_ok(rms_norm(context(), {.x = x.view(), .weight = weight.view(), .out = out.view()}));
  expect_ok(rms_norm(context(), {.x = x.view(), .weight = weight.view(), .out = x.view()}));
  expect_same_bits(x.values, out.values);
}

TEST_P(RmsNormTest, RefusesAWeightOfAnotherWidth) {
  Tensor x({5, 33}, 1);
  const Tensor weight({32}, 2);
  expect_refused(rms_norm(context(), {.x = x.view(), .weight = weight.view(), .out = x.view()}),
                 "rms_norm: weight must have shape [33], not [32]");
}

}  // namespace
}  // namespace arges::kernels
