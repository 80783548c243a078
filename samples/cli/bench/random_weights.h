// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "kernels/backend.h"
#include "kernels/base/exec_context.h"
#include "kernels/base/matrix.h"
#include "kernels/base/memory.h"
#include "kernels/base/slab.h"
#include "kernels/base/tensor_view.h"
#include "kernels/ops/expert_ffn.h"
#include "sdk/model/format_policy.h"

namespace arges::cli {

// Makes weights of any shape for measuring speed: numbers from a fixed generator, scaled so that
// activations stay of the size they have in trained models. Owns what the views refer to, so it
// must outlive them. Throws Failure when memory runs out.
class RandomWeights {
 public:
  // Numbers of f32 or bf16, as a file would have them, whose parts of a model become what the
  // policy says, laid out for context.backend.
  RandomWeights(kernels::ExecContext context, DType dtype, const sdk::FormatPolicy& formats = {})
      : context_(context), dtype_(dtype), formats_(formats), slab_(*context.backend->device) {}
  // What a run with that --weights measures: a format's name, or "f32" or "bf16".
  RandomWeights(kernels::ExecContext context, const std::string& weights);

  // How a part's matrices are laid out.
  sdk::WeightType type_of(sdk::ModelPart part) const;

  Matrix matrix(sdk::ModelPart part, std::int64_t rows, std::int64_t cols);
  // The maps of an expert.
  kernels::Expert expert(std::int64_t width, std::int64_t ffn);
  // An embedding table in the file's form.
  ConstTensorView table(std::int64_t rows, std::int64_t cols);
  // f32, uniform in centre ± spread.
  ConstTensorView vector(Shape shape, float centre, float spread);
  // f32 numbers that are given.
  ConstTensorView copy(const std::vector<float>& values);

 private:
  DType stored_type(sdk::ModelPart part) const;
  // Uniform in -limit to limit.
  float next(float limit);
  Memory fill(std::int64_t count, DType dtype, float limit);
  ConstTensorView keep(Memory buffer, DType dtype, Shape shape);

  kernels::ExecContext context_;
  DType dtype_;
  sdk::FormatPolicy formats_;
  Slab slab_;  // of all matrices, as a loaded model's lie
  std::uint32_t state_ = 1;
  std::vector<Memory> kept_;
};

}  // namespace arges::cli
