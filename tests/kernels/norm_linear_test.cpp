// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "tests/kernels/op_test.h"

namespace arges::kernels {
namespace {

using NormLinearTest = OpTest;
ARGES_FOR_ALL_BACKENDS(NormLinearTest);

constexpr float kEpsilon = 1e-6f;

struct Out {
  std::vector<float> y, inverse_rms;
};

Out run(const Workshop& workshop, const Weight& weight, const Tensor& x, const Tensor& norm) {
  const Matrix matrix = workshop.pack(weight);
  Tensor y({x.shape[0], weight.rows});
  Tensor inverse_rms({x.shape[0]});
  expect_ok(norm_linear(workshop.context(), {.x = x.view(),
                                             .norm = {norm.view(), kEpsilon},
                                             .weight = &matrix,
                                             .y = y.view(),
                                             .inverse_rms = inverse_rms.view()}));
  return {y.values, inverse_rms.values};
}

Out in_double(const Weight& weight, const Tensor& x, const Tensor& norm) {
  Out out;
  for (std::int64_t row = 0; row < x.shape[0]; ++row) {
    const float* in = x.values.data() + row * weight.cols;
    double squares = 0;
    for (std::int64_t i = 0; i < weight.cols; ++i) squares += static_cast<double>(in[i]) * in[i];
    const double inverse = 1 / std::sqrt(squares / static_cast<double>(weight.cols) + kEpsilon);
    out.inverse_rms.push_back(static_cast<float>(inverse));
    for (std::int64_t o = 0; o < weight.rows; ++o) {
      double sum = 0;
      for (std::int64_t i = 0; i < weight.cols; ++i) {
        sum += in[i] * inverse * norm.values[static_cast<std::size_t>(i)] * weight.at(o, i);
      }
      out.y.push_back(static_cast<float>(sum));
    }
  }
  return out;
}

TEST_P(NormLinearTest, AgreesWithDoublePrecision) {
  for (const DType dtype : {DType::kF32, DType::kBF16, DType::kF16}) {
    for (const std::int64_t inputs : {1, 17, 512}) {
      const Weight weight(35, inputs, dtype, 1);
      const Tensor norm({inputs}, 2);
      for (const std::int64_t rows : {0, 1, 2, 13, 50}) {
        const Tensor x({rows, inputs}, 3, 3.0f);
        const Out got = run(workshop(), weight, x, norm);
        const Out want = in_double(weight, x, norm);
        EXPECT_LE(worst_difference(got.y, want.y), 2e-5) << rows << " x " << inputs;
        EXPECT_LE(worst_difference(got.inverse_rms, want.inverse_rms), 2e-6);
      }
    }
  }
}

TEST_P(NormLinearTest, GivesARowTheSameBitsAloneAndAmongOthersWithAnyThreads) {
  const Weight weight(130, 300, DType::kBF16, 4);
  const Tensor norm({300}, 5);
  const Tensor x({67, 300}, 6);
  const Out together = run(workshop(), weight, x, norm);
  for (const int threads : {1, 3, 8}) {
    expect_same_bits(run(Workshop(backend(), threads), weight, x, norm).y, together.y);
  }
  for (const std::int64_t row : {0, 31, 66}) {
    Tensor one({1, 300});
    std::copy_n(x.values.data() + row * 300, 300, one.values.data());
    const float* among = together.y.data() + row * 130;
    expect_same_bits(run(workshop(), weight, one, norm).y, {among, among + 130});
  }
}

TEST_P(NormLinearTest, RefusesWhatDoesNotFit) {
  const Weight weight(8, 33, DType::kF32, 1);
  const Matrix matrix = workshop().pack(weight);
  const Tensor x({5, 33}, 1);
  const Tensor narrow({32}, 2), norm({33}, 2);
  Tensor y({5, 8}), inverse_rms({4});
  NormLinearArgs args{.x = x.view(),
                      .norm = {narrow.view(), kEpsilon},
                      .weight = &matrix,
                      .y = y.view(),
                      .inverse_rms = inverse_rms.view()};
  expect_refused(norm_linear(context(), args),
                 "norm_linear: the norm's weight must have shape [33], not [32]");
  args.norm.weight = norm.view();
  expect_refused(norm_linear(context(), args),
                 "norm_linear: inverse_rms must have shape [5], not [4]");
}

}  // namespace
}  // namespace arges::kernels
