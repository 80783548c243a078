// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "kernels/base/matrix.h"
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
  const Matrix* weight = nullptr;  // [outputs, inputs]
  ConstTensorView bias;            // [outputs] f32, or data == nullptr for none
  Activation activation = Activation::kNone;
  TensorView out;  // [n, outputs] f32; must not overlap x
};

}  // namespace arges::kernels
