// SPDX-License-Identifier: Apache-2.0
#include "tests/kernels/expert_run.h"

#include <algorithm>
#include <numeric>

namespace arges::kernels {

std::vector<float> run_expert(const Workshop& workshop, const Expert& expert, const Tensor& m) {
  const std::int64_t rows = m.shape[0];
  Tensor x(m.shape), weights({rows, 1});
  std::fill(x.values.begin(), x.values.end(), 0.0f);
  std::fill(weights.values.begin(), weights.values.end(), 1.0f);
  std::vector<std::int32_t> ids(static_cast<std::size_t>(rows)), order(ids.size());
  std::iota(order.begin(), order.end(), 0);
  std::vector<std::int32_t> offsets{0, static_cast<std::int32_t>(rows)};
  expect_ok(expert_ffn(
      workshop.context(),
      {.m = m.view(),
       .routing = {.ids = ints(ids, {rows, 1}),
                   .weights = weights.view(),
                   .order = ints(order, {rows}),
                   .offsets = ints(offsets, {2})},
       .experts = {&expert, 1},
       .residual = {.x = x.view(), .inverse_rms = {}, .norm = {}, .alpha = 0.0f, .beta = 1.0f}}));
  return x.values;
}

}  // namespace arges::kernels
