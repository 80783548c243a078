// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "kernels/op_table.h"

namespace arges::kernels {

// A backend under test: the reference, or the vectorised one held to one instruction set.
struct Backend {
  std::string name;
  const OpTable* ops;
  std::int64_t target;  // Highway's bit, 0 for the reference
};

// The reference, and the vectorised backend on every instruction set that is compiled in and that
// this machine has.
std::vector<Backend> all_backends();

std::string backend_name(const testing::TestParamInfo<Backend>& info);

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
  explicit Workshop(const OpTable& ops, int threads = 2) : pool_(threads) {
    context_ = {&ops, &pool_, &arena_};
  }
  const ExecContext& context() const { return context_; }
  Matrix pack(const Weight& weight) const;

 private:
  ThreadPool pool_;
  Arena arena_;
  ExecContext context_;
};

// One parameterised suite a file: the same expectations hold for every backend.
class OpTest : public testing::TestWithParam<Backend> {
 protected:
  void SetUp() override;
  void TearDown() override;
  const ExecContext& context() const { return workshop_.context(); }
  const Workshop& workshop() const { return workshop_; }
  const OpTable& ops() const { return *GetParam().ops; }

 private:
  Workshop workshop_{*GetParam().ops};
};

// Largest |a − b| over max(1, |b|); NaN anywhere gives infinity.
double worst_difference(const std::vector<float>& a, const std::vector<float>& b);

// The same bits, which also means no NaN left over.
void expect_same_bits(const std::vector<float>& a, const std::vector<float>& b);

void expect_ok(const Status& status);
void expect_refused(const Status& status, const std::string& words);

}  // namespace arges::kernels

#define ARGES_FOR_ALL_BACKENDS(suite) \
  INSTANTIATE_TEST_SUITE_P(Backends, suite, testing::ValuesIn(all_backends()), backend_name)
