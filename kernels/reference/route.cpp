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

template <typename Real>
constexpr Real kLowest = -std::numeric_limits<Real>::infinity();

template <typename Real>
bool ranks_before(Real a, Real b) {
  return std::isnan(b) ? !std::isnan(a) : a > b;
}

// The softmax of the chosen logits; equal infinities share, NaN counts as −∞.
template <typename Real>
void weigh(const std::vector<Real>& logits, const std::int32_t* ids, std::int64_t count,
           float* weights) {
  std::vector<Real> shares;
  for (std::int64_t i = 0; i < count; ++i) {
    const Real logit = logits[static_cast<std::size_t>(ids[i])];
    shares.push_back(std::isnan(logit) ? kLowest<Real> : logit);
  }
  const Real largest = shares[0];
  Real total = 0;
  for (Real& share : shares) total += share = share == largest ? 1 : std::exp(share - largest);
  for (std::int64_t i = 0; i < count; ++i) {
    weights[i] = static_cast<float>(shares[static_cast<std::size_t>(i)] / total);
  }
}

template <typename Real>
void route_row(const RouteArgs& args, std::int64_t row) {
  const std::int64_t width = args.router->cols;
  const std::int64_t slots = args.routing.ids.shape[1];
  const std::vector<Real> m =
      norm_row<Real>(args.norm, args.x.f32() + row * width, args.inverse_rms.f32()[row]);
  for (std::int64_t i = 0; i < width; ++i) {
    args.m.f32()[row * width + i] = static_cast<float>(m[static_cast<std::size_t>(i)]);
  }
  std::vector<Real> logits;
  for (std::int64_t e = 0; e < args.router->rows; ++e) {
    logits.push_back(dot_row<Real>(*args.router, e, m.data()));
  }
  std::vector<std::int32_t> order(logits.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](std::int32_t a, std::int32_t b) {
    return ranks_before(logits[static_cast<std::size_t>(a)], logits[static_cast<std::size_t>(b)]);
  });
  std::int32_t* ids = args.routing.ids.i32() + row * slots;
  std::copy_n(order.begin(), slots, ids);
  weigh(logits, ids, slots, args.routing.weights.f32() + row * slots);
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

template <typename Real>
Status route(const ExecContext&, const RouteArgs& args) {
  for (std::int64_t row = 0; row < args.x.shape[0]; ++row) route_row<Real>(args, row);
  sort_pairs(args.routing);
  return {};
}

ARGES_REFERENCE_OP(route, RouteArgs)

}  // namespace arges::kernels::reference
