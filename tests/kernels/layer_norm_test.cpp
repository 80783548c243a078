// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "tests/kernels/op_test.h"

namespace arges::kernels {
namespace {

using LayerNormTest = OpTest;
ARGES_FOR_ALL_BACKENDS(LayerNormTest);

std::vector<float> run(const ExecContext& context, const Tensor& x, const Tensor& weight,
                       const Tensor& bias) {
  Tensor out(x.shape);
  expect_ok(layer_norm(
      context, {.x = x.view(), .weight = weight.view(), .bias = bias.view(), .out = out.view()}));
  return out.values;
}

std::vector<float> in_double(const Tensor& x, const Tensor& weight, const Tensor& bias) {
  std::vector<float> out;
  const auto width = static_cast<std::size_t>(x.shape[1]);
  for (std::size_t row = 0; row < static_cast<std::size_t>(x.shape[0]); ++row) {
    const float* values = x.values.data() + row * width;
    double mean = 0;
    double variance = 0;
    for (std::size_t i = 0; i < width; ++i) mean += values[i] / static_cast<double>(width);
    for (std::size_t i = 0; i < width; ++i) {
      variance += (values[i] - mean) * (values[i] - mean) / static_cast<double>(width);
    }
    for (std::size_t i = 0; i < width; ++i) {
      out.push_back(static_cast<float>(
          (values[i] - mean) / std::sqrt(variance + 1e-5f) * weight.values[i] + bias.values[i]));
    }
  }
  return out;
}

TEST_P(LayerNormTest, AgreesWithDoublePrecision) {
  for (const Shape& shape : {Shape{0, 8}, Shape{1, 1}, Shape{3, 17}, Shape{2, 1024}}) {
    const Tensor x(shape, 1, 3.0f), weight({shape[1]}, 2), bias({shape[1]}, 3);
    EXPECT_LE(worst_difference(run(context(), x, weight, bias), in_double(x, weight, bias)), 3e-6);
  }
}

TEST_P(LayerNormTest, DoesNotCancelWhenTheMeanIsLarge) {
  Tensor x({1, 1024}, 4);
  const Tensor weight({1024}, 5), bias({1024}, 6);
  for (float& value : x.values) value += 100.0f;
  EXPECT_LE(worst_difference(run(context(), x, weight, bias), in_double(x, weight, bias)), 1e-4);
}

TEST_P(LayerNormTest, RefusesABiasOfAnotherWidth) {
  Tensor x({1, 8}, 4);
  const Tensor weight({8}, 5), bias({9}, 6);
  expect_refused(
      layer_norm(context(),
                 {.x = x.view(), .weight = weight.view(), .bias = bias.view(), .out = x.view()}),
      "layer_norm: bias must have shape [8], not [9]");
}

}  // namespace
}  // namespace arges::kernels
