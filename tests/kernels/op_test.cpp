// SPDX-License-Identifier: Apache-2.0
#include "tests/kernels/op_test.h"

#include <cmath>
#include <cstring>
#include <limits>

#include "kernels/cpu/targets.h"
#include "tests/kernels/plain_on_host.h"
// The list of targets comes after the choice of them.
#include "hwy/highway.h"

namespace arges::kernels {
namespace {

std::uint16_t f32_to_f16(float value) {
  // Enough for the normal numbers that tests use: sign, exponent and the upper ten mantissa bits.
  std::uint32_t bits = 0;
  std::memcpy(&bits, &value, sizeof(bits));
  const std::uint32_t exponent = ((bits >> 23) & 0xFF);
  if (exponent < 113) return static_cast<std::uint16_t>((bits >> 16) & 0x8000);
  return static_cast<std::uint16_t>(((bits >> 16) & 0x8000) | ((exponent - 112) << 10) |
                                    ((bits >> 13) & 0x3FF));
}

}  // namespace

std::vector<Candidate> all_backends() {
  std::vector<Candidate> backends{{"reference", &reference_backend(), 0},
                                  {"plain_cuda_on_host", &plain_on_host_backend(), 0}};
  const std::int64_t available = (hwy::SupportedTargets() | HWY_STATIC_TARGET) & HWY_TARGETS;
  for (std::int64_t bits = available; bits != 0; bits &= bits - 1) {
    const std::int64_t target = bits & -bits;
    backends.push_back({std::string("cpu_") + hwy::TargetName(target), &cpu_backend(), target});
  }
  return backends;
}

std::string backend_name(const testing::TestParamInfo<Candidate>& info) {
  return info.param.name;
}

Tensor::Tensor(Shape s) : shape(s), values(static_cast<std::size_t>(s.count()), std::nanf("")) {}

Tensor::Tensor(Shape s, std::uint32_t seed, float scale) : Tensor(s) {
  std::mt19937 random(seed);
  std::uniform_real_distribution<float> uniform(-scale, scale);
  for (float& value : values) value = uniform(random);
}

Weight::Weight(std::int64_t r, std::int64_t c, DType type, std::uint32_t seed)
    : rows(r), cols(c), dtype(type), floats(Tensor({r, c}, seed).values) {
  for (float& value : floats) {
    if (dtype == DType::kF32) continue;
    const std::uint16_t bits = dtype == DType::kBF16 ? f32_to_bf16(value) : f32_to_f16(value);
    halves.push_back(bits);
    value = dtype == DType::kBF16 ? bf16_to_f32(bits) : f16_to_f32(bits);
  }
}

ConstTensorView Weight::view() const {
  if (dtype == DType::kF32) return view_f32(floats.data(), {rows, cols});
  return host_view(static_cast<const void*>(halves.data()), dtype, {rows, cols});
}

float Weight::at(std::int64_t row, std::int64_t col) const {
  return floats[static_cast<std::size_t>(row * cols + col)];
}

Matrix Workshop::pack(const Weight& weight) const {
  return interleave({&weight}, {0});
}

Matrix Workshop::interleave(const std::vector<const Weight*>& weights,
                            const std::vector<std::int64_t>& rows) const {
  std::vector<MatrixSource> sources;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    sources.push_back(whole_matrix(weights[i]->view(), rows[i]));
  }
  Matrix matrix;
  expect_ok(lay_out(context_, {.sources = sources, .dtype = weights[0]->dtype, .out = &matrix}));
  return matrix;
}

ConstTensorView span_table(const std::vector<StepSpan>& spans) {
  return host_view(static_cast<const void*>(spans.data()), DType::kI32,
                   {static_cast<std::int64_t>(spans.size()), kSpanFields});
}

void OpTest::SetUp() {
  if (GetParam().target != 0) hwy::SetSupportedTargetsForTest(GetParam().target);
}

void OpTest::TearDown() {
  hwy::SetSupportedTargetsForTest(0);
}

double worst_difference(const std::vector<float>& a, const std::vector<float>& b) {
  if (a.size() != b.size()) return std::numeric_limits<double>::infinity();
  double worst = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const double error = std::abs(static_cast<double>(a[i]) - b[i]) /
                         std::max(1.0, std::abs(static_cast<double>(b[i])));
    if (!(error <= worst)) worst = std::isnan(error) ? INFINITY : error;
  }
  return worst;
}

void expect_same_bits(const std::vector<float>& a, const std::vector<float>& b) {
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) ASSERT_EQ(a[i], b[i]) << "at " << i;
}

void expect_ok(const Status& status) {
  EXPECT_TRUE(status.ok()) << status.message();
}

void expect_refused(const Status& status, const std::string& words) {
  EXPECT_EQ(status.code(), StatusCode::kInvalidArgument);
  EXPECT_THAT(status.message(), testing::HasSubstr(words));
}

}  // namespace arges::kernels
