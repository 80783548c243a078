// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "tests/kernels/op_test.h"

namespace arges::kernels {
namespace {

using LinearResidualTest = OpTest;
ARGES_FOR_ALL_BACKENDS(LinearResidualTest);

constexpr float kAlpha = 1.7f, kBeta = -0.6f, kEpsilon = 1e-3f;
constexpr std::int64_t kSquaresWidth = 11;

// What a mixer ends in: z and its squares, the stream x with its 1 / rms and norm.
struct Case {
  Case(std::int64_t rows, std::int64_t inputs, std::int64_t width)
      : weight(width, inputs, DType::kF32, 1),
        z({rows, inputs}, 2),
        squares({rows}, 3, 4.0f),
        x({rows, width}, 4),
        inverse_rms({rows}, 5),
        norm({width}, 6) {
    for (float& value : squares.values) value = std::abs(value);
  }
  Weight weight;
  Tensor z, squares, x, inverse_rms, norm;
};

std::vector<float> run(const Workshop& workshop, Case c, bool late_norm, bool normed_residual) {
  const Matrix matrix = workshop.pack(c.weight);
  LinearResidualArgs args{
      .z = c.z.view(),
      .weight = &matrix,
      .norm = {},
      .residual = {.x = c.x.view(), .inverse_rms = {}, .norm = {}, .alpha = kAlpha, .beta = kBeta}};
  if (late_norm) args.norm = {c.squares.view(), kSquaresWidth, kEpsilon};
  if (normed_residual) {
    args.residual.inverse_rms = c.inverse_rms.view();
    args.residual.norm = c.norm.view();
  }
  expect_ok(linear_residual(workshop.context(), args));
  return c.x.values;
}

std::vector<float> in_double(const Case& c, bool late_norm, bool normed_residual) {
  std::vector<float> out;
  for (std::int64_t row = 0; row < c.x.shape[0]; ++row) {
    const auto r = static_cast<std::size_t>(row);
    for (std::int64_t i = 0; i < c.weight.rows; ++i) {
      double sum = 0;
      for (std::int64_t k = 0; k < c.weight.cols; ++k) {
        sum += static_cast<double>(c.weight.at(i, k)) *
               c.z.values[static_cast<std::size_t>(row * c.weight.cols + k)];
      }
      if (late_norm) sum /= std::sqrt(c.squares.values[r] / double{kSquaresWidth} + kEpsilon);
      double n = c.x.values[static_cast<std::size_t>(row * c.weight.rows + i)];
      if (normed_residual) {
        n *= static_cast<double>(c.inverse_rms.values[r]) *
             c.norm.values[static_cast<std::size_t>(i)];
      }
      out.push_back(static_cast<float>(kAlpha * n + kBeta * sum));
    }
  }
  return out;
}

TEST_P(LinearResidualTest, AgreesWithDoublePrecision) {
  for (const std::int64_t rows : {0, 1, 2, 13, 30}) {
    for (const std::int64_t width : {1, 16, 37}) {
      const Case c(rows, 21, width);
      for (const bool late_norm : {false, true}) {
        for (const bool normed : {false, true}) {
          EXPECT_LE(worst_difference(run(workshop(), c, late_norm, normed),
                                     in_double(c, late_norm, normed)),
                    3e-6)
              << rows << " x " << width << ' ' << late_norm << normed;
        }
      }
    }
  }
}

TEST_P(LinearResidualTest, GivesARowTheSameBitsAloneAndAmongOthersWithAnyThreads) {
  const Case c(40, 50, 140);
  const std::vector<float> together = run(workshop(), c, true, true);
  for (const int threads : {1, 3, 8}) {
    expect_same_bits(run(Workshop(backend(), threads), c, true, true), together);
  }
  for (const std::size_t row : {0u, 17u, 39u}) {
    Case one(1, 50, 140);
    std::copy_n(c.z.values.begin() + static_cast<std::ptrdiff_t>(row * 50), 50,
                one.z.values.begin());
    std::copy_n(c.x.values.begin() + static_cast<std::ptrdiff_t>(row * 140), 140,
                one.x.values.begin());
    one.squares.values[0] = c.squares.values[row];
    one.inverse_rms.values[0] = c.inverse_rms.values[row];
    const float* among = together.data() + row * 140;
    expect_same_bits(run(workshop(), one, true, true), {among, among + 140});
  }
}

TEST_P(LinearResidualTest, RefusesAStreamOfAnotherWidth) {
  Case c(2, 8, 6);
  const Matrix matrix = workshop().pack(c.weight);
  Tensor wide({2, 7}, 1);
  expect_refused(
      linear_residual(context(), {.z = c.z.view(),
                                  .weight = &matrix,
                                  .norm = {},
                                  .residual = {.x = wide.view(), .inverse_rms = {}, .norm = {}}}),
      "linear_residual: x must have shape [2, 6]");
}

}  // namespace
}  // namespace arges::kernels
