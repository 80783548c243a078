// SPDX-License-Identifier: Apache-2.0
// How far the vectorised backend is off at the dimensions of the published model (architecture.md
// §1), where sums are long and pasts are deep, against the double-precision reference. Outputs are
// few: each is as long a sum as any other.
#include <numeric>

#include "tests/kernels/op_test.h"

namespace arges::kernels {
namespace {

constexpr std::int64_t kHidden = 6144;
constexpr std::int64_t kHeadDim = 128;

// The largest difference between the two backends' results, in parts of the largest result.
template <typename Run>
double error_of(const Run& run) {
  const std::vector<float> got = run(Workshop(cpu_backend()));
  const std::vector<float> want = run(Workshop(double_reference_backend()));
  if (got.size() != want.size()) return INFINITY;
  double size = 0, worst = 0;
  for (std::size_t i = 0; i < want.size(); ++i) {
    size = std::max(size, std::abs(static_cast<double>(want[i])));
    const double error = std::abs(static_cast<double>(got[i]) - want[i]);
    worst = std::isnan(error) ? INFINITY : std::max(worst, error);
  }
  return worst / size;
}

TEST(TrueDimensionsTest, NormLinear) {
  const Weight weight(64, kHidden, DType::kBF16, 1);
  const Tensor x({13, kHidden}, 2), norm({kHidden}, 3);
  EXPECT_LE(error_of([&](const Workshop& workshop) {
              const Matrix matrix = workshop.pack(weight);
              Tensor y({13, 64}), inverse_rms({13});
              expect_ok(norm_linear(workshop.context(), {.x = x.view(),
                                                         .norm = {norm.view(), 1e-5f},
                                                         .weight = &matrix,
                                                         .y = y.view(),
                                                         .inverse_rms = inverse_rms.view()}));
              return y.values;
            }),
            1e-5);
}

TEST(TrueDimensionsTest, LinearResidualWithALateNorm) {
  constexpr std::int64_t kWidth = 64 * kHeadDim;
  const Weight weight(64, kWidth, DType::kBF16, 1);
  const Tensor z({13, kWidth}, 2), before({13, 64}, 3);
  Tensor squares({13});
  std::fill(squares.values.begin(), squares.values.end(), static_cast<float>(kWidth) / 3);
  EXPECT_LE(
      error_of([&](const Workshop& workshop) {
        const Matrix matrix = workshop.pack(weight);
        Tensor x = before;
        expect_ok(linear_residual(workshop.context(), {.z = z.view(),
                                                       .weight = &matrix,
                                                       .norm = {squares.view(), kWidth, 1e-6f},
                                                       .residual = {.x = x.view(),
                                                                    .inverse_rms = {},
                                                                    .norm = {},
                                                                    .alpha = 3.5565588f,
                                                                    .beta = 1.0f}}));
        return x.values;
      }),
      1e-5);
}

// The fastest and the slowest decay of the model's layers (architecture.md §2.3).
TEST(TrueDimensionsTest, LightningOverAThousandTokens) {
  constexpr std::int64_t kTokens = 1000;
  const Tensor y({kTokens, 2, 4, kHeadDim}, 1), norm({2 * kHeadDim}, 2);
  Tensor slopes({2});
  slopes.values = {0.917f, 4.9e-5f};
  EXPECT_LE(error_of([&](const Workshop& workshop) {
              Tensor states({1, 1, 2, kHeadDim * kHeadDim});
              Tensor z({kTokens, 2, kHeadDim}), squares({kTokens});
              expect_ok(lightning(workshop.context(), {.y = y.view(),
                                                       .slopes = slopes.view(),
                                                       .norm = norm.view(),
                                                       .spans = span_table({{0, kTokens, 0, -1}}),
                                                       .states = states.view(),
                                                       .layer = 0,
                                                       .z = z.view(),
                                                       .squares = squares.view()}));
              z.values.insert(z.values.end(), states.values.begin(), states.values.end());
              return z.values;
            }),
            2e-5);
}

// 64 query heads on 8 kv heads: a group of 8.
TEST(TrueDimensionsTest, CausalOverHundredsOfTokens) {
  constexpr std::int64_t kTokens = 300, kPage = 128, kPages = 3;
  std::vector<std::int32_t> positions(kTokens), numbers(kPages);
  std::iota(positions.begin(), positions.end(), 0);
  std::iota(numbers.begin(), numbers.end(), 0);
  const Tensor before({kTokens, 1, 10, kHeadDim}, 1);
  EXPECT_LE(error_of([&](const Workshop& workshop) {
              Tensor y = before, z({kTokens, 8, kHeadDim});
              Tensor pages({kPages, 1, 2 * kPage * kHeadDim});
              expect_ok(causal(workshop.context(), {.y = y.view(),
                                                    .positions = view_i32(positions),
                                                    .spans = span_table({{0, kTokens, 0}}),
                                                    .page_table = view_i32(numbers),
                                                    .pool = {pages.view(), kPage},
                                                    .layer = 0,
                                                    .rotary = {64, 1e7},
                                                    .scale = 0.0883883f,
                                                    .z = z.view()}));
              return z.values;
            }),
            1e-5);
}

TEST(TrueDimensionsTest, ViTTilesAttention) {
  const Shape shape{1, 577, 2, 64};
  const Tensor q(shape, 1), k(shape, 2), v(shape, 3);
  EXPECT_LE(
      error_of([&](const Workshop& workshop) {
        Tensor out(shape);
        expect_ok(bidirectional_attention(
            workshop.context(),
            {.q = q.view(), .k = k.view(), .v = v.view(), .scale = 0.125f, .out = out.view()}));
        return out.values;
      }),
      1e-5);
}

}  // namespace
}  // namespace arges::kernels
