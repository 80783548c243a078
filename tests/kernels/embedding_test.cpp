// SPDX-License-Identifier: Apache-2.0
#include "tests/kernels/op_test.h"

namespace arges::kernels {
namespace {

using EmbeddingTest = OpTest;
ARGES_FOR_ALL_BACKENDS(EmbeddingTest);

TEST_P(EmbeddingTest, WidensTheRowsExactly) {
  const std::vector<std::int32_t> ids{6, 0, 0, 3};
  for (const DType dtype : {DType::kF32, DType::kBF16, DType::kF16}) {
    const Weight table(7, 37, dtype, 1);
    Tensor out({4, 37});
    expect_ok(
        embedding(context(), {.ids = view_i32(ids), .table = table.view(), .out = out.view()}));
    for (std::size_t i = 0; i < out.values.size(); ++i) {
      ASSERT_EQ(out.values[i], table.at(ids[i / 37], static_cast<std::int64_t>(i % 37)));
    }
  }
}

TEST_P(EmbeddingTest, RefusesAnIdOutsideTheTable) {
  const Weight table(7, 4, DType::kF32, 1);
  Tensor out({2, 4});
  for (const std::int32_t wrong : {-1, 7}) {
    const std::vector<std::int32_t> ids{0, wrong};
    expect_refused(
        embedding(context(), {.ids = view_i32(ids), .table = table.view(), .out = out.view()}),
        "embedding: ids holds " + std::to_string(wrong) + " at position 1");
  }
}

TEST_P(EmbeddingTest, TakesNoIds) {
  const Weight table(7, 4, DType::kF32, 1);
  Tensor out({0, 4});
  expect_ok(embedding(context(), {.ids = view_i32({}), .table = table.view(), .out = out.view()}));
}

}  // namespace
}  // namespace arges::kernels
