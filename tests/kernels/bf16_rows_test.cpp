// SPDX-License-Identifier: Apache-2.0
// Rows rounded to bf16 (Matrix::row_type), on the reference and on every dot unit.
#include <algorithm>
#include <cmath>

#include "kernels/cpu/dot_product.h"
#include "tests/kernels/expert_run.h"
#include "tests/kernels/op_test.h"
#include "tests/kernels/plain_on_host.h"

namespace arges::kernels {
namespace {

struct Multiplier {
  std::string name;
  const Backend* backend;
  bool is_unit;
};

std::string unit_name(const testing::TestParamInfo<Multiplier>& multiplier) {
  return multiplier.param.name;
}

// Skipped where this processor, or the system, does not have the unit.
class Bf16RowsTest : public testing::TestWithParam<Multiplier> {
 protected:
  void SetUp() override {
    if (!GetParam().is_unit) return;
    for (const cpu::DotUnit* unit : cpu::dot_units()) {
      if (unit->name == GetParam().name) return cpu::use_dot_unit(unit);
    }
    GTEST_SKIP() << "there is no " << GetParam().name << " that this process may use here";
  }
  void TearDown() override { cpu::use_dot_unit(nullptr); }

  const Backend& backend() const { return *GetParam().backend; }
  Matrix pack(const Workshop& workshop, const std::vector<const Weight*>& weights,
              std::int64_t group_rows = 0) const {
    std::vector<MatrixSource> sources;
    for (const Weight* weight : weights) {
      sources.push_back(whole_matrix(weight->view(), group_rows));
    }
    Matrix matrix;
    expect_ok(lay_out(
        workshop.context(),
        {.sources = sources, .dtype = DType::kBF16, .row_type = DType::kBF16, .out = &matrix}));
    return matrix;
  }
};

INSTANTIATE_TEST_SUITE_P(Backends, Bf16RowsTest,
                         testing::Values(Multiplier{"reference", &reference_backend(), false},
                                         Multiplier{"AVX512_BF16", &cpu_backend(), true},
                                         Multiplier{"AMX_BF16", &cpu_backend(), true}),
                         unit_name);

std::vector<float> run_linear(const Workshop& workshop, const Matrix& matrix, const Tensor& x) {
  Tensor out({x.shape[0], matrix.rows});
  expect_ok(linear(workshop.context(), {.x = x.view(),
                                        .weight = &matrix,
                                        .bias = {},
                                        .activation = Activation::kNone,
                                        .out = out.view()}));
  return out.values;
}

double rounded(float x) {
  return bf16_to_f32(f32_to_bf16(x));
}

// The largest error of a product's sums, in parts of what their terms come to.
double worst_error(const std::vector<float>& sums, const Weight& weight, const Tensor& x) {
  double worst = 0;
  for (std::size_t at = 0; at < sums.size(); ++at) {
    const std::int64_t row = static_cast<std::int64_t>(at) / weight.rows;
    const std::int64_t output = static_cast<std::int64_t>(at) % weight.rows;
    double sum = 0, size = 0;
    for (std::int64_t i = 0; i < weight.cols; ++i) {
      const auto input = static_cast<std::size_t>(row * weight.cols + i);
      const double term = rounded(x.values[input]) * weight.at(output, i);
      sum += term;
      size += std::abs(term);
    }
    const double error = std::abs(sums[at] - sum) / std::max(size, 1e-30);
    worst = std::isnan(error) ? INFINITY : std::max(worst, error);
  }
  return worst;
}

TEST_P(Bf16RowsTest, SumsAreThoseOfTheRoundedRows) {
  const Workshop workshop(backend());
  for (const std::int64_t outputs : {1, 16, 33, 130}) {
    for (const std::int64_t inputs : {1, 2, 31, 33, 588, 1100}) {
      const Weight weight(outputs, inputs, DType::kBF16, 1);
      const Matrix matrix = pack(workshop, {&weight});
      for (const std::int64_t rows : {0, 1, 2, 3, 5, 12, 13, 16, 17, 31, 33, 70}) {
        const Tensor x({rows, inputs}, 2);
        SCOPED_TRACE(testing::Message() << rows << " × " << inputs << " → " << outputs);
        ASSERT_LE(worst_error(run_linear(workshop, matrix, x), weight, x), 3e-6);
      }
    }
  }
}

TEST_P(Bf16RowsTest, RoundsWeightsOfOtherTypes) {
  const Workshop workshop(backend());
  for (const DType stored : {DType::kF32, DType::kF16}) {
    const Weight weight(40, 50, stored, 1);
    Weight kept = weight;
    for (float& value : kept.floats) value = static_cast<float>(rounded(value));
    const Tensor x({3, 50}, 2);
    EXPECT_LE(worst_error(run_linear(workshop, pack(workshop, {&weight}), x), kept, x), 3e-6);
  }
}

TEST_P(Bf16RowsTest, GiveARowTheSameBitsAloneAndAmongOthersWithAnyThreads) {
  const Workshop workshop(backend());
  constexpr std::int64_t kRows = 210, kInputs = 1190, kOutputs = 150;  // several parts each way
  const Weight weight(kOutputs, kInputs, DType::kBF16, 10);
  const Matrix matrix = pack(workshop, {&weight});
  const Tensor all({kRows, kInputs}, 11);
  const std::vector<float> together = run_linear(workshop, matrix, all);
  for (const int threads : {1, 3, 8}) {
    expect_same_bits(run_linear(Workshop(backend(), threads), matrix, all), together);
  }
  for (const std::int64_t first : {0, 1, 31, 180, 209}) {
    for (const std::int64_t count : {1, 2, 13, 40}) {
      if (first + count > kRows) continue;
      Tensor some({count, kInputs});
      std::copy_n(all.values.data() + first * kInputs, count * kInputs, some.values.data());
      const float* among = together.data() + first * kOutputs;
      expect_same_bits(run_linear(workshop, matrix, some), {among, among + count * kOutputs});
    }
  }
}

TEST_P(Bf16RowsTest, NormedRowsAreRoundedBehindTheNorm) {
  const Workshop workshop(backend());
  const Weight weight(50, 100, DType::kBF16, 3);
  const Matrix matrix = pack(workshop, {&weight});
  for (const std::int64_t rows : {1, 20}) {
    const Tensor x({rows, 100}, 4, 3.0f), norm({100}, 5);
    Tensor y({rows, 50}), inverse_rms({rows});
    expect_ok(norm_linear(workshop.context(), {.x = x.view(),
                                               .norm = {norm.view(), 1e-5f},
                                               .weight = &matrix,
                                               .y = y.view(),
                                               .inverse_rms = inverse_rms.view()}));
    Tensor normed({rows, 100});
    for (std::size_t i = 0; i < normed.values.size(); ++i) {
      normed.values[i] = x.values[i] * inverse_rms.values[i / 100] * norm.values[i % 100];
    }
    EXPECT_LE(worst_error(y.values, weight, normed), 3e-6);
  }
}

TEST_P(Bf16RowsTest, ExpertsRoundTheirInnerRowsToo) {
  const Workshop workshop(backend());
  for (const std::int64_t ffn : {16, 40, 150}) {
    const Weight gate(ffn, 70, DType::kBF16, 1), up(ffn, 70, DType::kBF16, 2);
    const Weight down(70, ffn, DType::kBF16, 3);
    const Expert expert{pack(workshop, {&gate, &up}, kGateRows), pack(workshop, {&down})};
    for (const std::int64_t rows : {1, 5, 50, 230}) {
      const Tensor m({rows, 70}, 4);
      const std::vector<float> gates = run_linear(workshop, pack(workshop, {&gate}), m);
      const std::vector<float> ups = run_linear(workshop, pack(workshop, {&up}), m);
      Tensor inner({rows, ffn});
      for (std::size_t i = 0; i < gates.size(); ++i) {
        inner.values[i] = gates[i] / (1.0f + std::exp(-gates[i])) * ups[i];
      }
      // The exponential differs by an ulp or so, which moves a rounding now and then.
      EXPECT_LE(worst_error(run_expert(workshop, expert, m), down, inner), 1e-3);
    }
  }
}

TEST_P(Bf16RowsTest, ExpertsGiveARowTheSameBitsAloneAndAmongOthers) {
  const Workshop workshop(backend());
  const Weight gate(200, 96, DType::kBF16, 1), up(200, 96, DType::kBF16, 2);
  const Weight down(96, 200, DType::kBF16, 3);
  const Expert expert{pack(workshop, {&gate, &up}, kGateRows), pack(workshop, {&down})};
  const Tensor m({230, 96}, 4);
  const std::vector<float> together = run_expert(workshop, expert, m);
  expect_same_bits(run_expert(Workshop(backend(), 8), expert, m), together);
  for (const std::int64_t row : {0, 100, 229}) {
    Tensor one({1, 96});
    std::copy_n(m.values.data() + row * 96, 96, one.values.data());
    const float* among = together.data() + row * 96;
    expect_same_bits(run_expert(workshop, expert, one), {among, among + 96});
  }
}

std::vector<float> run_attention(const ExecContext& context, const Tensor& q, const Tensor& k,
                                 const Tensor& v) {
  Tensor out(q.shape);
  expect_ok(bidirectional_attention(context, {.q = q.view(),
                                              .k = k.view(),
                                              .v = v.view(),
                                              .scale = 0.25f,
                                              .out = out.view(),
                                              .row_type = DType::kBF16}));
  return out.values;
}

TEST_P(Bf16RowsTest, AttentionRoundsWhatItMultiplies) {
  const Workshop workshop(backend()), reference(reference_backend());
  for (const Shape& shape :
       {Shape{1, 1, 1, 16}, Shape{2, 5, 3, 8}, Shape{1, 65, 2, 20}, Shape{2, 145, 2, 64}}) {
    const Tensor q(shape, 1, 2.0f), k(shape, 2, 2.0f), v(shape, 3);
    // An exponential that differs by an ulp rounds another way now and then: 2^-9 of one weight.
    EXPECT_LE(worst_difference(run_attention(workshop.context(), q, k, v),
                               run_attention(reference.context(), q, k, v)),
              1e-3)
        << shape.to_string();
  }
}

TEST_P(Bf16RowsTest, AttentionKeepsTheBitsForAnyThreadsAndItems) {
  const Shape shape{2, 100, 3, 16};
  const Tensor q(shape, 1), k(shape, 2), v(shape, 3);
  const std::vector<float> one = run_attention(Workshop(backend(), 1).context(), q, k, v);
  for (const int threads : {2, 8}) {
    expect_same_bits(run_attention(Workshop(backend(), threads).context(), q, k, v), one);
  }
  const std::size_t item = one.size() / 2;
  const auto first_item = [&](const Tensor& all) {
    Tensor some({1, 100, 3, 16});
    std::copy_n(all.values.begin(), item, some.values.begin());
    return some;
  };
  expect_same_bits(
      run_attention(Workshop(backend()).context(), first_item(q), first_item(k), first_item(v)),
      {one.data(), one.data() + item});
}

TEST(Bf16RowsRefusalTest, NeedABackendThatHasThemAndAWeightOfBf16) {
  const Weight weight(4, 4, DType::kBF16, 1);
  const MatrixSource source = whole_matrix(weight.view());
  Matrix matrix;
  const Workshop without(plain_on_host_backend());
  const Status refused = lay_out(
      without.context(),
      {.sources = {&source, 1}, .dtype = DType::kBF16, .row_type = DType::kBF16, .out = &matrix});
  EXPECT_EQ(refused.code(), StatusCode::kUnsupported);
  const Workshop workshop(reference_backend());
  expect_refused(lay_out(workshop.context(), {.sources = {&source, 1},
                                              .dtype = DType::kF32,
                                              .row_type = DType::kBF16,
                                              .out = &matrix}),
                 "rows can be F32, or BF16 for a weight of BF16, or I8 for one of I8");
}

}  // namespace
}  // namespace arges::kernels
