// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include "kernels/reference/backend.h"

namespace arges::kernels::reference {

namespace {

constexpr float kLowest = -std::numeric_limits<float>::infinity();

bool ranks_before(float a, float b) {
  return std::isnan(b) ? !std::isnan(a) : a > b;
}

// The softmax of the chosen logits; equal infinities share, NaN counts as −∞.
void weigh(const float* logits, const std::int32_t* ids, std::int64_t count, float* weights) {
  for (std::int64_t i = 0; i < count; ++i) {
    weights[i] = std::isnan(logits[ids[i]]) ? kLowest : logits[ids[i]];
  }
  const float largest = weights[0];
  float total = 0.0f;
  for (std::int64_t i = 0; i < count; ++i) {
    weights[i] = weights[i] == largest ? 1.0f : std::exp(weights[i] - largest);
    total += weights[i];
  }
  for (std::int64_t i = 0; i < count; ++i) weights[i] /= total;
}

}  // namespace

Status route_top_k(const ExecContext&, const RouteTopKArgs& args) {
  const std::int64_t experts = args.logits.shape[1];
  const std::int64_t slots = args.expert_ids.shape[1];
  std::vector<std::int32_t> order(static_cast<std::size_t>(experts));
  for (std::int64_t row = 0; row < args.logits.shape[0]; ++row) {
    const float* logits = args.logits.f32() + row * experts;
    std::int32_t* ids = args.expert_ids.i32() + row * slots;
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(), [&](std::int32_t a, std::int32_t b) {
      return ranks_before(logits[a], logits[b]);
    });
    std::copy_n(order.begin(), slots, ids);
    weigh(logits, ids, slots, args.weights.f32() + row * slots);
  }
  return {};
}

}  // namespace arges::kernels::reference
