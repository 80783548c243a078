// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "kernels/backend.h"
#include "kernels/base/arena.h"
#include "kernels/base/exec_context.h"
#include "kernels/base/matrix.h"
#include "kernels/base/thread_pool.h"

namespace arges::sdk::testing {

// A backend with two threads and scratch memory.
struct TestContext {
  explicit TestContext(const arges::kernels::Backend& backend = arges::kernels::reference_backend())
      : kernels{&backend, &pool, &workspace} {}

  ThreadPool pool{2};
  Arena workspace;
  arges::kernels::ExecContext kernels;
};

// A packed matrix's values, [rows, cols] row-major, in whatever layout the backend keeps it: the
// linear map of the identity. Empty if the backend fails.
inline std::vector<float> values_of(const TestContext& context, const Matrix& matrix) {
  const auto rows = static_cast<std::size_t>(matrix.rows);
  const auto cols = static_cast<std::size_t>(matrix.cols);
  std::vector<float> identity(cols * cols), columns(cols * rows), out(rows * cols);
  for (std::size_t i = 0; i < cols; ++i) identity[i * cols + i] = 1.0F;
  kernels::LinearArgs args;
  args.x = view_f32(static_cast<const float*>(identity.data()), Shape{matrix.cols, matrix.cols});
  args.weight = &matrix;
  args.out = view_f32(columns.data(), Shape{matrix.cols, matrix.rows});
  if (!kernels::linear(context.kernels, args).ok()) return {};
  for (std::size_t row = 0; row < rows; ++row) {
    for (std::size_t col = 0; col < cols; ++col) out[row * cols + col] = columns[col * rows + row];
  }
  return out;
}

// Rows [first, first + count) of it.
inline std::vector<float> rows_of(const TestContext& context, const Matrix& matrix,
                                  std::int64_t first, std::int64_t count) {
  const std::vector<float> all = values_of(context, matrix);
  const auto begin = all.begin() + first * matrix.cols;
  return {begin, begin + count * matrix.cols};
}

// The values that ramp() of test_files.h writes, from element `first` on.
inline std::vector<float> ramp_values(std::size_t count, std::size_t first = 0) {
  std::vector<float> values(count);
  for (std::size_t i = 0; i < count; ++i) values[i] = static_cast<float>((first + i) % 256) / 64.0F;
  return values;
}

}  // namespace arges::sdk::testing
