// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "tests/kernels/op_test.h"

namespace arges::kernels {
namespace {

using LinearTest = OpTest;
ARGES_FOR_ALL_BACKENDS(LinearTest);

// The order of the sum, as kernels/README.md promises it for every backend.
float fused_sum(const Weight& weight, std::int64_t row, const float* x) {
  float sum = 0.0f;
  for (std::int64_t i = 0; i < weight.cols; ++i) sum = std::fma(x[i], weight.at(row, i), sum);
  return sum;
}

std::vector<float> expected(const Weight& weight, const Tensor& x, const float* bias) {
  std::vector<float> out;
  for (std::int64_t n = 0; n < x.shape[0]; ++n) {
    for (std::int64_t row = 0; row < weight.rows; ++row) {
      const float sum = fused_sum(weight, row, x.values.data() + n * weight.cols);
      out.push_back(bias == nullptr ? sum : sum + bias[row]);
    }
  }
  return out;
}

std::vector<float> run(const Workshop& workshop, const Weight& weight, const Tensor& x,
                       ConstTensorView bias = {}, Activation activation = Activation::kNone) {
  const Matrix matrix = workshop.pack(weight);
  Tensor out({x.shape[0], weight.rows});
  expect_ok(linear(workshop.context(), {.x = x.view(),
                                        .weight = &matrix,
                                        .bias = bias,
                                        .activation = activation,
                                        .out = out.view()}));
  return out.values;
}

TEST_P(LinearTest, AddsUpInAscendingOrderBitForBit) {
  for (const DType dtype : {DType::kF32, DType::kBF16, DType::kF16}) {
    for (const std::int64_t outputs : {1, 16, 33, 130}) {
      for (const std::int64_t inputs : {1, 7, 64, 300}) {
        const Weight weight(outputs, inputs, dtype, 1);
        for (const std::int64_t rows : {0, 1, 2, 3, 5, 7, 12, 13, 100}) {
          const Tensor x({rows, inputs}, 2);
          SCOPED_TRACE(testing::Message() << rows << " × " << inputs << " → " << outputs);
          expect_same_bits(run(workshop(), weight, x), expected(weight, x, nullptr));
        }
      }
    }
  }
}

TEST_P(LinearTest, AddsTheBiasAfterTheSum) {
  const Weight weight(35, 20, DType::kF32, 3);
  const Tensor x({5, 20}, 4);
  const Tensor bias({35}, 5);
  expect_same_bits(run(workshop(), weight, x, bias.view()),
                   expected(weight, x, bias.values.data()));
}

TEST_P(LinearTest, SigmoidIsExactToSomeUlpAndNeitherOverflowsNorForgetsNaN) {
  std::vector<float> inputs{NAN, INFINITY, -INFINITY, 1e30f, -1e30f, -88.5f, -104.0f, 0.0f, -0.0f};
  for (float x = -87.0f; x < 88.0f; x += 0.013f) inputs.push_back(x);
  Weight one(1, 1, DType::kF32, 1);
  one.floats[0] = 1.0f;
  Tensor x({static_cast<std::int64_t>(inputs.size()), 1});
  x.values = inputs;
  const std::vector<float> made = run(workshop(), one, x, {}, Activation::kSigmoid);
  EXPECT_TRUE(std::isnan(made[0]));
  for (std::size_t i = 1; i < inputs.size(); ++i) {
    const double want = 1.0 / (1.0 + std::exp(-static_cast<double>(inputs[i])));
    ASSERT_NEAR(made[i], want, 3e-7 * want + 1e-37) << inputs[i];
  }
}

TEST_P(LinearTest, AppliesTheActivation) {
  const Weight weight(37, 40, DType::kF32, 6);
  Tensor x({3, 40}, 7, 4.0f);
  for (const Activation activation :
       {Activation::kSilu, Activation::kGeluErf, Activation::kSigmoid}) {
    std::vector<float> want = expected(weight, x, nullptr);
    for (float& v : want) {
      const double sigmoid = 1 / (1 + std::exp(-static_cast<double>(v)));
      double value = sigmoid;
      if (activation == Activation::kSilu) value = v * sigmoid;
      if (activation == Activation::kGeluErf) value = v * 0.5 * (1 + std::erf(v * M_SQRT1_2));
      v = static_cast<float>(value);
    }
    EXPECT_LE(worst_difference(run(workshop(), weight, x, {}, activation), want), 1e-6);
  }
}

TEST_P(LinearTest, ActivationsStayFiniteFarOut) {
  const Weight weight(1, 1, DType::kF32, 6);
  Tensor x({4, 1}, 7);
  x.values = {1e30f, -1e30f, 500.0f, -500.0f};
  for (const Activation activation :
       {Activation::kSilu, Activation::kGeluErf, Activation::kSigmoid}) {
    for (const float value : run(workshop(), weight, x, {}, activation)) {
      EXPECT_TRUE(std::isfinite(value)) << value;
    }
  }
}

TEST_P(LinearTest, KeepsTheBitsForAnyNumberOfThreads) {
  const Weight weight(300, 700, DType::kBF16, 8);
  const Tensor x({131, 700}, 9);
  const std::vector<float> one = run(Workshop(backend(), 1), weight, x);
  for (const int threads : {2, 3, 8}) {
    expect_same_bits(run(Workshop(backend(), threads), weight, x), one);
  }
}

TEST_P(LinearTest, GivesARowTheSameBitsAloneAndAmongOthers) {
  const Weight weight(200, 700, DType::kF32, 10);
  const Tensor all({50, 700}, 11);
  const std::vector<float> together = run(workshop(), weight, all);
  for (const std::int64_t row : {0, 1, 31, 49}) {
    Tensor one({1, 700});
    std::copy_n(all.values.data() + row * 700, 700, one.values.data());
    const float* among = together.data() + row * 200;
    expect_same_bits(run(workshop(), weight, one), std::vector<float>(among, among + 200));
  }
}

TEST_P(LinearTest, RefusesWhatDoesNotFit) {
  const Weight weight(8, 4, DType::kF32, 1);
  const Matrix matrix = workshop().pack(weight);
  const Tensor x({3, 5}, 1);
  const Tensor good({3, 4}, 1);
  Tensor out({3, 8});
  Tensor narrow({3, 7});
  expect_refused(
      linear(context(), {.x = x.view(), .weight = &matrix, .bias = {}, .out = out.view()}),
      "linear: weight must map [any, 5]");
  expect_refused(
      linear(context(), {.x = good.view(), .weight = &matrix, .bias = {}, .out = narrow.view()}),
      "linear: out must have shape [3, 8]");
  expect_refused(
      linear(context(), {.x = good.view(), .weight = nullptr, .bias = {}, .out = out.view()}),
      "linear: weight must be given");
  expect_refused(
      linear(context(),
             {.x = good.view(), .weight = &matrix, .bias = good.view(), .out = out.view()}),
      "linear: bias must have shape [8]");
}

TEST_P(LinearTest, RefusesAWeightLaidOutForAnotherBackend) {
  const Weight weight(8, 4, DType::kF32, 1);
  Matrix matrix = workshop().pack(weight);
  matrix.layout =
      matrix.layout == MatrixLayout::kPanels ? MatrixLayout::kRowMajor : MatrixLayout::kPanels;
  const Tensor x({3, 4}, 1);
  Tensor out({3, 8});
  expect_refused(
      linear(context(), {.x = x.view(), .weight = &matrix, .bias = {}, .out = out.view()}),
      "laid out by this backend");
}

}  // namespace
}  // namespace arges::kernels
