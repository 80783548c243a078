// SPDX-License-Identifier: Apache-2.0
#include "tests/kernels/op_test.h"

namespace arges::kernels {
namespace {

TEST(ArgumentCheck, WantsACompleteContext) {
  const Tensor x({1, 4}, 1);
  Tensor out({1, 4});
  expect_refused(scaled_add(ExecContext{}, {.a = x.view(), .b = x.view(), .out = out.view()}),
                 "scaled_add: the execution context needs");
}

TEST(ArgumentCheck, WantsTheRightType) {
  const Workshop workshop(reference_backend());
  Tensor x({1, 4}, 1);
  TensorView wrong = x.view();
  wrong.dtype = DType::kBF16;
  expect_refused(scaled_add(workshop.context(), {.a = wrong, .b = x.view(), .out = x.view()}),
                 "scaled_add: a must be F32, not BF16");
}

TEST(ArgumentCheck, WantsTheBackendsDevice) {
  const Workshop workshop(reference_backend());
  Tensor x({1, 4}, 1);
  TensorView elsewhere = x.view();
  elsewhere.device = nullptr;
  expect_refused(scaled_add(workshop.context(), {.a = x.view(), .b = elsewhere, .out = x.view()}),
                 "scaled_add: b must be on the backend");
}

TEST(ArgumentCheck, WantsDataWhereThereAreElements) {
  const Workshop workshop(reference_backend());
  Tensor x({1, 4}, 1);
  TensorView missing = x.view();
  missing.data = nullptr;
  expect_refused(scaled_add(workshop.context(), {.a = x.view(), .b = missing, .out = x.view()}),
                 "scaled_add: b must have data");
}

TEST(ArgumentCheck, WantsExtentsThatAreNotNegative) {
  const Workshop workshop(reference_backend());
  Tensor x({1, 4}, 1);
  TensorView negative = x.view();
  negative.shape = {-1, 4};
  expect_refused(scaled_add(workshop.context(), {.a = negative, .b = x.view(), .out = x.view()}),
                 "scaled_add: a must have shape");
}

}  // namespace
}  // namespace arges::kernels
