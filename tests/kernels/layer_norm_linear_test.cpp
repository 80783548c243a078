// SPDX-License-Identifier: Apache-2.0
#include "tests/kernels/op_test.h"

namespace arges::kernels {
namespace {

using LayerNormLinearTest = OpTest;
ARGES_FOR_ALL_BACKENDS(LayerNormLinearTest);

// A layer's norm and linear map, and rows to run through them.
struct Case {
  Case(std::int64_t rows, std::int64_t inputs, std::int64_t outputs, DType dtype = DType::kF32)
      : x({rows, inputs}, 1, 3.0f),
        norm_weight({inputs}, 2),
        norm_bias({inputs}, 3),
        bias({outputs}, 4),
        weight(outputs, inputs, dtype, 5) {}

  std::vector<float> run(const Workshop& workshop) const {
    const Matrix matrix = workshop.pack(weight);
    Tensor out({x.shape[0], weight.rows});
    expect_ok(layer_norm_linear(workshop.context(), {.x = x.view(),
                                                     .norm_weight = norm_weight.view(),
                                                     .norm_bias = norm_bias.view(),
                                                     .epsilon = 1e-5f,
                                                     .weight = &matrix,
                                                     .bias = bias.view(),
                                                     .activation = Activation::kGeluErf,
                                                     .out = out.view()}));
    return out.values;
  }

  Tensor x, norm_weight, norm_bias, bias;
  Weight weight;
};

TEST_P(LayerNormLinearTest, AgreesWithDoublePrecision) {
  const Workshop exact(double_reference_backend());
  for (const Case& c : {Case(0, 16, 16), Case(1, 40, 33), Case(5, 64, 16), Case(70, 300, 50),
                        Case(3, 24, 24, DType::kBF16)}) {
    EXPECT_LE(worst_difference(c.run(workshop()), c.run(exact)), 2e-5);
  }
}

TEST_P(LayerNormLinearTest, IsLinearOfLayerNormBitForBit) {
  const Case c(29, 100, 70);
  Tensor normed(c.x.shape), out({29, 70});
  const Matrix matrix = workshop().pack(c.weight);
  expect_ok(layer_norm(context(), {.x = c.x.view(),
                                   .weight = c.norm_weight.view(),
                                   .bias = c.norm_bias.view(),
                                   .epsilon = 1e-5f,
                                   .out = normed.view()}));
  expect_ok(linear(context(), {.x = normed.view(),
                               .weight = &matrix,
                               .bias = c.bias.view(),
                               .activation = Activation::kGeluErf,
                               .out = out.view()}));
  expect_same_bits(c.run(workshop()), out.values);
}

TEST_P(LayerNormLinearTest, KeepsTheBitsForAnyNumberOfThreads) {
  const Case c(61, 90, 130);
  const std::vector<float> one = c.run(Workshop(backend(), 1));
  for (const int threads : {2, 8}) expect_same_bits(c.run(Workshop(backend(), threads)), one);
}

TEST_P(LayerNormLinearTest, RefusesANormOfAnotherWidth) {
  const Case c(2, 8, 4), other(2, 9, 4);
  const Matrix matrix = workshop().pack(c.weight);
  Tensor out({2, 4});
  expect_refused(layer_norm_linear(context(), {.x = c.x.view(),
                                               .norm_weight = c.norm_weight.view(),
                                               .norm_bias = other.norm_bias.view(),
                                               .epsilon = 1e-5f,
                                               .weight = &matrix,
                                               .bias = {},
                                               .activation = Activation::kNone,
                                               .out = out.view()}),
                 "layer_norm_linear: norm_bias must have shape [8], not [9]");
}

}  // namespace
}  // namespace arges::kernels
