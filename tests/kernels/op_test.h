// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "kernels/backend.h"

namespace arges::kernels {

// A backend under test: the reference, or the vectorised one held to one instruction set.
struct Candidate {
  std::string name;
  const Backend* backend;
  std::int64_t target;  // Highway's bit, 0 for the reference
};

// The reference, and the vectorised backend on every instruction set that is compiled in and that
// this machine has.
std::vector<Candidate> all_backends();

std::string backend_name(const testing::TestParamInfo<Candidate>& info);

// An f32 tensor that owns its values; new ones are NaN, so that an output nobody wrote is seen.
struct Tensor {
  explicit Tensor(Shape shape);
  // Uniform in [-1, 1).
  Tensor(Shape shape, std::uint32_t seed, float scale = 1.0f);

  TensorView view() { return view_f32(values.data(), shape); }
  ConstTensorView view() const { return view_f32(values.data(), shape); }

  Shape shape;
  std::vector<float> values;
};

// A weight as a checkpoint holds it. Two-byte types are rounded from random values.
struct Weight {
  Weight(std::int64_t rows, std::int64_t cols, DType dtype, std::uint32_t seed);

  ConstTensorView view() const;
  // Element, widened.
  float at(std::int64_t row, std::int64_t col) const;

  std::int64_t rows, cols;
  DType dtype;
  std::vector<std::uint16_t> halves;
  std::vector<float> floats;
};

// A context with its own pool and workspace.
class Workshop {
 public:
  explicit Workshop(const Backend& backend, int threads = 2)
      : pool_(threads), arena_(*backend.device) {
    context_ = {&backend, &pool_, &arena_};
  }
  const ExecContext& context() const { return context_; }
  Matrix pack(const Weight& weight) const;
  // Several weights in turns, so many rows of each.
  Matrix interleave(const std::vector<const Weight*>& weights,
                    const std::vector<std::int64_t>& rows) const;

 private:
  ThreadPool pool_;
  Arena arena_;
  ExecContext context_;
};

// One parameterised suite a file: the same expectations hold for every backend.
class OpTest : public testing::TestWithParam<Candidate> {
 protected:
  void SetUp() override;
  void TearDown() override;
  const ExecContext& context() const { return workshop_.context(); }
  const Workshop& workshop() const { return workshop_; }
  const Backend& backend() const { return *GetParam().backend; }

 private:
  Workshop workshop_{*GetParam().backend};
};

// Largest |a − b| over max(1, |b|); NaN anywhere gives infinity.
double worst_difference(const std::vector<float>& a, const std::vector<float>& b);

// Spans as an op takes them; refers to the vector.
ConstTensorView span_table(const std::vector<StepSpan>& spans);

// Numbers on the host as a tensor of any shape.
inline ConstTensorView ints(const std::vector<std::int32_t>& values, Shape shape) {
  return view_i32(values).reshaped(shape);
}
inline TensorView ints(std::vector<std::int32_t>& values, Shape shape) {
  return host_view(static_cast<void*>(values.data()), DType::kI32, shape);
}

// The same bits, which also means no NaN left over.
void expect_same_bits(const std::vector<float>& a, const std::vector<float>& b);

void expect_ok(const Status& status);
void expect_refused(const Status& status, const std::string& words);

}  // namespace arges::kernels

#define ARGES_FOR_ALL_BACKENDS(suite) \
  INSTANTIATE_TEST_SUITE_P(Backends, suite, testing::ValuesIn(all_backends()), backend_name)
