// SPDX-License-Identifier: Apache-2.0
#include "tests/kernels/op_test.h"

namespace arges::kernels {
namespace {

using HeadTest = OpTest;
ARGES_FOR_ALL_BACKENDS(HeadTest);

// A chosen row has the bits that norm_linear gives it among all.
TEST_P(HeadTest, MakesLogitsOfTheChosenRows) {
  const Weight weight(45, 24, DType::kBF16, 1);
  const Matrix matrix = workshop().pack(weight);
  const Tensor x({9, 24}, 2), norm({24}, 3);
  Tensor all({9, 45}), inverse_rms({9});
  expect_ok(norm_linear(context(), {.x = x.view(),
                                    .norm = {norm.view()},
                                    .weight = &matrix,
                                    .y = all.view(),
                                    .inverse_rms = inverse_rms.view()}));
  for (const std::vector<std::int32_t>& rows : {std::vector<std::int32_t>{}, {8}, {0, 8, 3, 3}}) {
    Tensor logits({static_cast<std::int64_t>(rows.size()), 45});
    expect_ok(head(context(), {.x = x.view(),
                               .rows = view_i32(rows),
                               .norm = {norm.view()},
                               .weight = &matrix,
                               .logits = logits.view()}));
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const float* want = all.values.data() + rows[i] * 45;
      const float* got = logits.values.data() + i * 45;
      expect_same_bits({got, got + 45}, {want, want + 45});
    }
  }
}

TEST_P(HeadTest, RefusesARowThatIsNotThere) {
  const Weight weight(4, 8, DType::kF32, 1);
  const Matrix matrix = workshop().pack(weight);
  const Tensor x({2, 8}, 2), norm({8}, 3);
  Tensor logits({1, 4});
  for (const std::int32_t wrong : {-1, 2}) {
    const std::vector<std::int32_t> rows{wrong};
    expect_refused(head(context(), {.x = x.view(),
                                    .rows = view_i32(rows),
                                    .norm = {norm.view()},
                                    .weight = &matrix,
                                    .logits = logits.view()}),
                   "head: rows holds " + std::to_string(wrong));
  }
}

}  // namespace
}  // namespace arges::kernels
