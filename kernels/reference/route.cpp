// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include "kernels/reference/backend.h"
#include "kernels/reference/norm.h"
#include "kernels/reference/scalar.h"

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

void route_row(const RouteArgs& args, std::int64_t row) {
  const std::int64_t width = args.router->cols;
  const std::int64_t slots = args.routing.ids.shape[1];
  const std::vector<float> m =
      norm_row(args.norm, args.x.f32() + row * width, args.inverse_rms.f32()[row]);
  std::copy(m.begin(), m.end(), args.m.f32() + row * width);
  std::vector<float> logits;
  for (std::int64_t e = 0; e < args.router->rows; ++e) {
    logits.push_back(dot_row(*args.router, e, m.data()));
  }
  std::vector<std::int32_t> order(logits.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](std::int32_t a, std::int32_t b) {
    return ranks_before(logits[static_cast<std::size_t>(a)], logits[static_cast<std::size_t>(b)]);
  });
  std::int32_t* ids = args.routing.ids.i32() + row * slots;
  std::copy_n(order.begin(), slots, ids);
  weigh(logits.data(), ids, slots, args.routing.weights.f32() + row * slots);
}

void sort_pairs(const Routing& routing) {
  const std::int32_t* ids = routing.ids.i32();
  std::int32_t* order = routing.order.i32();
  const std::int64_t pairs = routing.order.shape[0];
  std::iota(order, order + pairs, 0);
  std::stable_sort(order, order + pairs,
                   [&](std::int32_t a, std::int32_t b) { return ids[a] < ids[b]; });
  for (std::int64_t e = 0; e < routing.offsets.shape[0]; ++e) {
    routing.offsets.i32()[e] = static_cast<std::int32_t>(
        std::count_if(ids, ids + pairs, [&](std::int32_t id) { return id < e; }));
  }
}

}  // namespace

Status route(const ExecContext&, const RouteArgs& args) {
  for (std::int64_t row = 0; row < args.x.shape[0]; ++row) route_row(args, row);
  sort_pairs(args.routing);
  return {};
}

}  // namespace arges::kernels::reference
