// SPDX-License-Identifier: Apache-2.0
// Quantised weights and rows (Matrix::groups): the same bits on the reference and on every unit.
#include <algorithm>
#include <cmath>

#include "kernels/cpu/integer_product.h"
#include "tests/kernels/expert_run.h"
#include "tests/kernels/op_test.h"
#include "tests/kernels/plain_on_host.h"

namespace arges::kernels {
namespace {

constexpr GroupFormat kFormats[] = {{8, 32}, {8, 64}, {4, 32}, {4, 64}};

Matrix pack(const Workshop& workshop, const std::vector<const Weight*>& weights,
            const GroupFormat& format, std::int64_t group_rows = 0) {
  std::vector<MatrixSource> sources;
  for (const Weight* weight : weights) {
    sources.push_back(whole_matrix(weight->view(), group_rows));
  }
  Matrix matrix;
  expect_ok(lay_out(workshop.context(), {.sources = sources,
                                         .dtype = DType::kI8,
                                         .row_type = DType::kI8,
                                         .groups = format,
                                         .out = &matrix}));
  return matrix;
}

std::vector<float> run_linear(const Workshop& workshop, const Matrix& matrix, const Tensor& x) {
  Tensor out({x.shape[0], matrix.rows});
  expect_ok(linear(workshop.context(), {.x = x.view(),
                                        .weight = &matrix,
                                        .bias = {},
                                        .activation = Activation::kNone,
                                        .out = out.view()}));
  return out.values;
}

std::vector<float> reference_linear(const Weight& weight, const GroupFormat& format,
                                    const Tensor& x) {
  const Workshop reference(reference_backend());
  return run_linear(reference, pack(reference, {&weight}, format), x);
}

// On one unit, by name; skipped where this processor, or the system, does not have it.
class QuantisedRowsTest : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    for (const cpu::IntegerUnit* unit : cpu::integer_units()) {
      if (unit->name == GetParam()) return cpu::use_integer_unit(unit);
    }
    GTEST_SKIP() << "there is no " << GetParam() << " that this process may use here";
  }
  void TearDown() override { cpu::use_integer_unit(nullptr); }
};

INSTANTIATE_TEST_SUITE_P(Units, QuantisedRowsTest,
                         testing::Values("generic", "AVX2", "AVX512_VNNI", "AMX_INT8"),
                         [](const auto& unit) { return unit.param; });

TEST_P(QuantisedRowsTest, SumsHaveTheBitsOfTheReference) {
  const Workshop workshop(cpu_backend());
  for (const GroupFormat& format : kFormats) {
    for (const std::int64_t outputs : {1, 16, 33, 130}) {
      for (const std::int64_t inputs : {1, 31, 33, 64, 588}) {
        const Weight weight(outputs, inputs, DType::kBF16, 1);
        const Matrix matrix = pack(workshop, {&weight}, format);
        for (const std::int64_t rows : {0, 1, 2, 3, 4, 5, 7, 12, 13, 31, 33}) {
          const Tensor x({rows, inputs}, 2);
          SCOPED_TRACE(testing::Message() << rows << " × " << inputs << " → " << outputs << ", "
                                          << format.bits << " bits by " << format.inputs);
          expect_same_bits(run_linear(workshop, matrix, x), reference_linear(weight, format, x));
        }
      }
    }
  }
}

// Every product is ±127 · 127, or ±127 · −8: nothing on the way may saturate.
TEST_P(QuantisedRowsTest, TheLargestIntegersAreExact) {
  const Workshop workshop(cpu_backend());
  constexpr std::int64_t kInputs = 640, kOutputs = 16;
  for (const GroupFormat& format : kFormats) {
    for (const float sign : {1.0f, -1.0f}) {
      Weight weight(kOutputs, kInputs, DType::kF32, 1);
      Tensor x({5, kInputs}, 2);
      std::ranges::fill(weight.floats, sign);
      std::ranges::fill(x.values, -1.0f);
      const std::vector<float> sums = run_linear(workshop, pack(workshop, {&weight}, format), x);
      for (const float sum : sums) ASSERT_NEAR(sum, -sign * kInputs, 1e-3);
      expect_same_bits(sums, reference_linear(weight, format, x));
    }
  }
}

// Of 4 bits all but one integer of a group are 7, which is kept as 15: sums of pairs at their
// largest.
TEST_P(QuantisedRowsTest, TheLargestHalvesAreExact) {
  const Workshop workshop(cpu_backend());
  for (const GroupFormat& format : kFormats) {
    Weight weight(16, 640, DType::kF32, 1);
    for (std::size_t i = 0; i < weight.floats.size(); ++i) {
      weight.floats[i] = i % 32 == 0 ? -8.0f : 7.0f;
    }
    for (const float value : {1.0f, -1.0f}) {
      Tensor x({5, 640}, 2);
      std::ranges::fill(x.values, value);
      const std::vector<float> sums = run_linear(workshop, pack(workshop, {&weight}, format), x);
      for (const float sum : sums) ASSERT_NEAR(sum, value * 20 * (31 * 7 - 8), 20.0);
      expect_same_bits(sums, reference_linear(weight, format, x));
    }
  }
}

TEST_P(QuantisedRowsTest, GroupsOfZerosGiveZero) {
  const Workshop workshop(cpu_backend());
  Weight weight(20, 128, DType::kF32, 1);
  std::fill_n(weight.floats.begin(), 64, 0.0f);
  Tensor x({3, 128}, 2);
  std::fill_n(x.values.begin() + 128, 128, 0.0f);
  x.values[300] = 0x1p-120f;  // too small for an inverse
  for (const GroupFormat& format : kFormats) {
    const std::vector<float> sums = run_linear(workshop, pack(workshop, {&weight}, format), x);
    expect_same_bits(sums, reference_linear(weight, format, x));
    for (std::size_t i = 20; i < 40; ++i) EXPECT_EQ(sums[i], 0.0f);
  }
}

TEST_P(QuantisedRowsTest, WhatIsNoNumberStaysInItsRow) {
  const Workshop workshop(cpu_backend());
  const Weight weight(20, 128, DType::kF32, 1);
  for (const float bad : {NAN, INFINITY, -INFINITY}) {
    Tensor x({3, 128}, 2);
    x.values[128 + 70] = bad;
    const std::vector<float> sums = run_linear(workshop, pack(workshop, {&weight}, {8, 32}), x);
    for (std::size_t i = 0; i < sums.size(); ++i) {
      EXPECT_EQ(std::isnan(sums[i]), i / 20 == 1) << "at " << i;
    }
  }
}

TEST_P(QuantisedRowsTest, GiveARowTheSameBitsAloneAndAmongOthersWithAnyThreads) {
  const Workshop workshop(cpu_backend());
  constexpr std::int64_t kRows = 210, kInputs = 1190, kOutputs = 150;  // several parts each way
  const Weight weight(kOutputs, kInputs, DType::kBF16, 10);
  const Tensor all({kRows, kInputs}, 11);
  for (const GroupFormat& format : kFormats) {
    const Matrix matrix = pack(workshop, {&weight}, format);
    const std::vector<float> together = run_linear(workshop, matrix, all);
    for (const int threads : {1, 3, 8}) {
      expect_same_bits(run_linear(Workshop(cpu_backend(), threads), matrix, all), together);
    }
    for (const std::int64_t first : {0, 1, 31, 209}) {
      for (const std::int64_t count : {1, 13, 40}) {
        if (first + count > kRows) continue;
        Tensor some({count, kInputs});
        std::copy_n(all.values.data() + first * kInputs, count * kInputs, some.values.data());
        const float* among = together.data() + first * kOutputs;
        expect_same_bits(run_linear(workshop, matrix, some), {among, among + count * kOutputs});
      }
    }
  }
}

TEST_P(QuantisedRowsTest, ExpertsQuantiseTheirInnerRowsToo) {
  const Workshop workshop(cpu_backend());
  for (const GroupFormat& format : kFormats) {
    for (const std::int64_t ffn : {16, 40, 150}) {
      const Weight gate(ffn, 70, DType::kBF16, 1), up(ffn, 70, DType::kBF16, 2);
      const Weight down(70, ffn, DType::kBF16, 3);
      const Expert expert{pack(workshop, {&gate, &up}, format, kGateRows),
                          pack(workshop, {&down}, format)};
      for (const std::int64_t rows : {1, 5, 50, 230}) {
        const Tensor m({rows, 70}, 4);
        const std::vector<float> gates = run_linear(workshop, pack(workshop, {&gate}, format), m);
        const std::vector<float> ups = run_linear(workshop, pack(workshop, {&up}, format), m);
        Tensor inner({rows, ffn});
        for (std::size_t i = 0; i < gates.size(); ++i) {
          inner.values[i] = gates[i] / (1.0f + std::exp(-gates[i])) * ups[i];
        }
        // The exponential differs by an ulp or so, which moves an integer by 1 now and then.
        EXPECT_LE(worst_difference(run_expert(workshop, expert, m),
                                   run_linear(workshop, pack(workshop, {&down}, format), inner)),
                  0.1);
      }
    }
  }
}

TEST_P(QuantisedRowsTest, ExpertsGiveARowTheSameBitsAloneAndAmongOthers) {
  const Workshop workshop(cpu_backend());
  const Weight gate(200, 96, DType::kBF16, 1), up(200, 96, DType::kBF16, 2);
  const Weight down(96, 200, DType::kBF16, 3);
  const Tensor m({230, 96}, 4);
  for (const GroupFormat& format : kFormats) {
    const Expert expert{pack(workshop, {&gate, &up}, format, kGateRows),
                        pack(workshop, {&down}, format)};
    const std::vector<float> together = run_expert(workshop, expert, m);
    expect_same_bits(run_expert(Workshop(cpu_backend(), 8), expert, m), together);
    for (const std::int64_t row : {0, 100, 229}) {
      Tensor one({1, 96});
      std::copy_n(m.values.data() + row * 96, 96, one.values.data());
      const float* among = together.data() + row * 96;
      expect_same_bits(run_expert(workshop, expert, one), {among, among + 96});
    }
  }
}

// Rows are quantised by Highway's code, which has targets of its own.
class QuantisedTargetsTest : public OpTest {};
ARGES_FOR_ALL_BACKENDS(QuantisedTargetsTest);

TEST_P(QuantisedTargetsTest, RowsAreQuantisedAlikeOrRefused) {
  const Weight weight(33, 150, DType::kBF16, 1);
  const Tensor x({7, 150}, 2, 3.0f);
  if (!backend().i8_rows) {
    const MatrixSource source = whole_matrix(weight.view());
    Matrix matrix;
    const Status refused = lay_out(context(), {.sources = {&source, 1},
                                               .dtype = DType::kI8,
                                               .row_type = DType::kI8,
                                               .groups = {8, 32},
                                               .out = &matrix});
    EXPECT_EQ(refused.code(), StatusCode::kUnsupported);
    return;
  }
  for (const GroupFormat& format : kFormats) {
    expect_same_bits(run_linear(workshop(), pack(workshop(), {&weight}, format), x),
                     reference_linear(weight, format, x));
  }
}

// As a file has a weight: what the processor's own lay_out makes.
TEST_P(QuantisedTargetsTest, PanelsFromOutsideAreTheWeightThatWasPacked) {
  if (!backend().i8_rows) GTEST_SKIP() << "multiplies no quantised weights";
  const Workshop processor(cpu_backend());
  const Weight weight(33, 150, DType::kBF16, 1);
  const Tensor x({7, 150}, 2, 3.0f);
  for (const GroupFormat& format : kFormats) {
    const Matrix packed = pack(processor, {&weight}, format);
    Matrix matrix;
    expect_ok(lay_out(context(), {.sources = {},
                                  .panels = {static_cast<const std::byte*>(packed.data), 33, 150},
                                  .dtype = DType::kI8,
                                  .row_type = DType::kI8,
                                  .groups = format,
                                  .out = &matrix}));
    expect_same_bits(run_linear(workshop(), matrix, x), reference_linear(weight, format, x));
    if (backend().layout == MatrixLayout::kPanels) {
      EXPECT_EQ(matrix.data, packed.data) << "it is taken as it lies";
      EXPECT_EQ(matrix.owner, nullptr);
    }
  }
}

TEST(QuantisedRowsRefusalTest, PanelsAreAlignedAndOfI8AndStandAlone) {
  const Weight weight(4, 64, DType::kBF16, 1);
  const MatrixSource source = whole_matrix(weight.view());
  const Workshop workshop(cpu_backend());
  alignas(64) const std::byte panel[2 * 1088] = {};
  Matrix matrix;
  LayOutArgs args{.sources = {},
                  .panels = {panel, 16, 64},
                  .dtype = DType::kI8,
                  .row_type = DType::kI8,
                  .groups = {8, 64},
                  .out = &matrix};
  expect_ok(lay_out(workshop.context(), args));
  args.panels.data = panel + 4;
  expect_refused(lay_out(workshop.context(), args), "panels must lie at a multiple of 64 bytes");
  args.panels.data = panel;
  args.sources = {&source, 1};
  expect_refused(lay_out(workshop.context(), args), "there must be a source");
  args.sources = {};
  args.dtype = args.row_type = DType::kF32;
  expect_refused(lay_out(workshop.context(), args), "panels are of I8");
  args.panels = {};
  expect_refused(lay_out(workshop.context(), args), "there must be a source");
}

TEST(QuantisedRowsRefusalTest, NeedAGroupFormatAndRowsOfTheirOwn) {
  const Weight weight(4, 4, DType::kBF16, 1);
  const MatrixSource source = whole_matrix(weight.view());
  const Workshop workshop(cpu_backend());
  Matrix matrix;
  const auto refuse = [&](DType row_type, GroupFormat format) {
    expect_refused(lay_out(workshop.context(), {.sources = {&source, 1},
                                                .dtype = DType::kI8,
                                                .row_type = row_type,
                                                .groups = format,
                                                .out = &matrix}),
                   "a weight of I8 needs rows of I8, 8 or 4 bits and groups of 32 or 64 inputs");
  };
  refuse(DType::kF32, {8, 32});
  refuse(DType::kI8, {});
  refuse(DType::kI8, {5, 32});
  refuse(DType::kI8, {8, 48});
}

}  // namespace
}  // namespace arges::kernels
