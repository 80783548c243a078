// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "kernels/backend.h"
#include "kernels/base/exec_context.h"
#include "kernels/base/matrix.h"
#include "kernels/base/memory.h"
#include "kernels/base/slab.h"
#include "kernels/base/tensor_view.h"
#include "kernels/ops/expert_ffn.h"

namespace arges::cli {

// Makes weights of any shape for measuring speed: numbers from a fixed generator, scaled so that
// activations stay of the size they have in trained models. Owns what the views refer to, so it
// must outlive them. Throws Failure when memory runs out.
class RandomWeights {
 public:
  // Matrices of f32 or bf16 for rows of `row_type`, laid out for context.backend.
  RandomWeights(kernels::ExecContext context, DType dtype, DType row_type = DType::kF32)
      : context_(context), dtype_(dtype), row_type_(row_type), slab_(*context.backend->device) {}

  Matrix matrix(std::int64_t rows, std::int64_t cols) {
    return matrix(rows, cols, dtype_, row_type_);
  }
  Matrix matrix(std::int64_t rows, std::int64_t cols, DType dtype, DType row_type = DType::kF32);
  // Of the same type, for rows of f32.
  Matrix exact_matrix(std::int64_t rows, std::int64_t cols) { return matrix(rows, cols, dtype_); }
  // The maps of an expert.
  kernels::Expert expert(std::int64_t width, std::int64_t ffn);
  // An embedding table in the file's form.
  ConstTensorView table(std::int64_t rows, std::int64_t cols);
  // f32, uniform in centre ± spread.
  ConstTensorView vector(Shape shape, float centre, float spread);
  // f32 numbers that are given.
  ConstTensorView copy(const std::vector<float>& values);

 private:
  // Uniform in -limit to limit.
  float next(float limit);
  Memory fill(std::int64_t count, DType dtype, float limit);
  ConstTensorView keep(Memory buffer, DType dtype, Shape shape);

  kernels::ExecContext context_;
  DType dtype_;
  DType row_type_;
  Slab slab_;  // of all matrices, as a loaded model's lie
  std::uint32_t state_ = 1;
  std::vector<Memory> kept_;
};

}  // namespace arges::cli
