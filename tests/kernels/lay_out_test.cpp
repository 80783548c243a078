// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "tests/kernels/op_test.h"

namespace arges::kernels {
namespace {

using LayOutTest = OpTest;
ARGES_FOR_ALL_BACKENDS(LayOutTest);

// The rows of a matrix, whatever its layout: what it makes of the unit vectors.
std::vector<float> rows_of(const Workshop& workshop, const Matrix& matrix) {
  Tensor units({matrix.cols, matrix.cols});
  std::fill(units.values.begin(), units.values.end(), 0.0f);
  for (std::int64_t i = 0; i < matrix.cols; ++i) {
    units.values[static_cast<std::size_t>(i * matrix.cols + i)] = 1.0f;
  }
  Tensor out({matrix.cols, matrix.rows});
  expect_ok(linear(workshop.context(),
                   {.x = units.view(), .weight = &matrix, .bias = {}, .out = out.view()}));
  std::vector<float> rows;
  for (std::int64_t row = 0; row < matrix.rows; ++row) {
    for (std::int64_t i = 0; i < matrix.cols; ++i) {
      rows.push_back(out.values[static_cast<std::size_t>(i * matrix.rows + row)]);
    }
  }
  return rows;
}

void expect_row(const std::vector<float>& rows, std::int64_t row, const Weight& weight,
                std::int64_t from) {
  for (std::int64_t i = 0; i < weight.cols; ++i) {
    ASSERT_EQ(rows[static_cast<std::size_t>(row * weight.cols + i)], weight.at(from, i))
        << "row " << row << ", column " << i;
  }
}

TEST_P(LayOutTest, InterleavesGroupsOfRows) {
  const Weight a(12, 7, DType::kBF16, 1), b(4, 7, DType::kBF16, 2);
  const Matrix matrix = workshop().interleave({&a, &b}, {3, 1});
  ASSERT_EQ(matrix.rows, 16);
  const std::vector<float> rows = rows_of(workshop(), matrix);
  for (std::int64_t row = 0; row < 16; ++row) {
    const bool of_b = row % 4 == 3;
    expect_row(rows, row, of_b ? b : a, of_b ? row / 4 : row / 4 * 3 + row % 4);
  }
}

TEST_P(LayOutTest, FillsTheLastGroupWithZeros) {
  const Weight a(18, 5, DType::kF32, 1), b(18, 5, DType::kF32, 2);
  const Matrix matrix = workshop().interleave({&a, &b}, {16, 16});
  ASSERT_EQ(matrix.rows, 64);
  const std::vector<float> rows = rows_of(workshop(), matrix);
  for (std::int64_t row = 0; row < 64; ++row) {
    const std::int64_t from = row / 32 * 16 + row % 16;
    if (from < 18) {
      expect_row(rows, row, row / 16 % 2 == 0 ? a : b, from);
    } else {
      for (std::size_t i = 0; i < 5; ++i) EXPECT_EQ(rows[static_cast<std::size_t>(row) * 5 + i], 0);
    }
  }
}

TEST_P(LayOutTest, AWeightLiesBesideOthersAndOutlivesTheirSlab) {
  const Weight a(18, 5, DType::kF32, 1), b(33, 6, DType::kF32, 2);
  std::array<Matrix, 2> matrices;
  {
    Slab slab(*context().backend->device);
    for (std::size_t i = 0; i < 2; ++i) {
      const Weight& weight = i == 0 ? a : b;
      const MatrixSource source{weight.floats.data(), DType::kF32, weight.cols, weight.rows,
                                weight.cols};
      expect_ok(lay_out(context(), {.sources = {&source, 1}, .slab = &slab, .out = &matrices[i]}));
    }
  }
  for (std::size_t i = 0; i < 2; ++i) {
    const Weight& weight = i == 0 ? a : b;
    const std::vector<float> rows = rows_of(workshop(), matrices[i]);
    for (std::int64_t row = 0; row < weight.rows; ++row) expect_row(rows, row, weight, row);
  }
}

// A rank's columns, or a fused tensor's part, without a copy.
TEST_P(LayOutTest, TakesAPartOfATensorByItsStride) {
  const Weight whole(9, 10, DType::kF32, 3);
  const MatrixSource part{whole.floats.data() + 10 + 4, DType::kF32, 10, 8, 6};
  Matrix matrix;
  expect_ok(lay_out(context(), {.sources = {&part, 1}, .out = &matrix}));
  const std::vector<float> rows = rows_of(workshop(), matrix);
  for (std::int64_t row = 0; row < 8; ++row) {
    for (std::int64_t i = 0; i < 6; ++i) {
      ASSERT_EQ(rows[static_cast<std::size_t>(row * 6 + i)], whole.at(row + 1, i + 4));
    }
  }
}

TEST_P(LayOutTest, WidensExactlyAndNarrowsToTheNearest) {
  for (const DType stored : {DType::kBF16, DType::kF16, DType::kF32}) {
    const Weight weight(5, 6, stored, 4);
    const MatrixSource source = whole_matrix(weight.view());
    Matrix wide, narrow;
    expect_ok(lay_out(context(), {.sources = {&source, 1}, .dtype = DType::kF32, .out = &wide}));
    expect_same_bits(rows_of(workshop(), wide), weight.floats);
    if (stored == DType::kBF16) continue;
    expect_ok(lay_out(context(), {.sources = {&source, 1}, .dtype = DType::kBF16, .out = &narrow}));
    std::vector<float> want;
    for (const float value : weight.floats) want.push_back(bf16_to_f32(f32_to_bf16(value)));
    expect_same_bits(rows_of(workshop(), narrow), want);
  }
}

TEST_P(LayOutTest, RefusesWhatIsNoWeight) {
  const Weight weight(4, 4, DType::kF16, 1), other(4, 3, DType::kF16, 1);
  const Weight brain(4, 4, DType::kBF16, 1);
  Matrix matrix;
  MatrixSource source = whole_matrix(brain.view());
  expect_refused(
      lay_out(context(), {.sources = {&source, 1}, .dtype = DType::kF16, .out = &matrix}),
      "cannot be kept in this type");
  source.dtype = DType::kI32;
  expect_refused(
      lay_out(context(), {.sources = {&source, 1}, .dtype = DType::kF32, .out = &matrix}),
      "F32, BF16 or F16");
  const std::vector<MatrixSource> uneven{whole_matrix(weight.view()), whole_matrix(other.view())};
  expect_refused(lay_out(context(), {.sources = uneven, .dtype = DType::kF16, .out = &matrix}),
                 "the same inputs");
  const std::vector<MatrixSource> groups{whole_matrix(weight.view(), 2),
                                         whole_matrix(weight.view(), 1)};
  expect_refused(lay_out(context(), {.sources = groups, .dtype = DType::kF16, .out = &matrix}),
                 "equal groups");
}

}  // namespace
}  // namespace arges::kernels
