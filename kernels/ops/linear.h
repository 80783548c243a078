// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/base/exec_context.h"
#include "kernels/base/matrix.h"
#include "kernels/base/status.h"
#include "kernels/base/tensor_view.h"

namespace arges::kernels {

// What is applied to each output of a linear map before it is stored.
enum class Activation : std::uint8_t {
  kNone,
  kSilu,     // x · sigmoid(x)
  kGeluErf,  // x · (1 + erf(x / √2)) / 2
  kSigmoid,  // 1 / (1 + exp(−x))
};

// out = activation(x · Wᵀ + bias), products accumulated in fp32 over the inputs in ascending
// order, so that a row's result depends on neither the number of rows nor the threads.
struct LinearArgs {
  ConstTensorView x;               // [n, inputs] f32
  const Matrix* weight = nullptr;  // [outputs, inputs], from pack_matrix
  ConstTensorView bias;            // [outputs] f32, or data == nullptr for none
  Activation activation = Activation::kNone;
  TensorView out;  // [n, outputs] f32; must not overlap x
};

Status linear(const ExecContext& context, const LinearArgs& args);

// Brings a checkpoint's weight, [outputs, inputs] row-major in f32, bf16 or f16, into the form the
// backend's linear and expert_ffn read; values are kept exactly. The result may refer to
// `row_major`'s memory (its owner is null then), which must outlive it.
Result<Matrix> pack_matrix(const ExecContext& context, const ConstTensorView& row_major);

}  // namespace arges::kernels
