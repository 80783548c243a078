// SPDX-License-Identifier: Apache-2.0
#include "tests/kernels/op_test.h"

namespace arges::kernels {
namespace {

TEST(ArgumentCheck, WantsACompleteContext) {
  const Tensor x({1, 4}, 1);
  Tensor out({1, 4});
  const Tensor weight({4}, 1);
  expect_refused(
      rms_norm(ExecContext{}, {.x = x.view(), .weight = weight.view(), .out = out.view()}),
      "rms_norm: the execution context needs");
}

TEST(ArgumentCheck, WantsTheRightType) {
  const Workshop workshop(reference_ops());
  Tensor x({1, 4}, 1);
  TensorView wrong = x.view();
  wrong.dtype = DType::kBF16;
  expect_refused(multiply(workshop.context(), {.a = wrong, .b = x.view(), .out = x.view()}),
                 "multiply: a must be F32, not BF16");
}

TEST(ArgumentCheck, WantsTheBackendsDevice) {
  const Workshop workshop(reference_ops());
  Tensor x({1, 4}, 1);
  TensorView elsewhere = x.view();
  elsewhere.device = Device::kCuda;
  expect_refused(multiply(workshop.context(), {.a = x.view(), .b = elsewhere, .out = x.view()}),
                 "multiply: b must be on the backend");
}

TEST(ArgumentCheck, WantsDataWhereThereAreElements) {
  const Workshop workshop(reference_ops());
  Tensor x({1, 4}, 1);
  TensorView missing = x.view();
  missing.data = nullptr;
  expect_refused(multiply(workshop.context(), {.a = x.view(), .b = missing, .out = x.view()}),
                 "multiply: b must have data");
}

TEST(ArgumentCheck, WantsExtentsThatAreNotNegative) {
  const Workshop workshop(reference_ops());
  Tensor x({1, 4}, 1);
  TensorView negative = x.view();
  negative.shape = {-1, 4};
  expect_refused(multiply(workshop.context(), {.a = negative, .b = x.view(), .out = x.view()}),
                 "multiply: a must have shape");
}

}  // namespace
}  // namespace arges::kernels
