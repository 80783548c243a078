// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "kernels/cpu/backend.h"
#include "kernels/cpu/matrix_product.h"
#include "kernels/cpu/norm_tiles.h"

namespace arges::kernels::cpu {
namespace {

bool ranks_before(float a, float b) {
  return std::isnan(b) ? !std::isnan(a) : a > b;
}

// Keeps the best k in order while passing once over the logits; an equal one goes behind.
void choose(const float* logits, std::int64_t experts, std::int64_t slots, std::int32_t* ids) {
  for (std::int64_t e = 0; e < experts; ++e) {
    std::int64_t at = std::min(e, slots);
    while (at > 0 && ranks_before(logits[e], logits[ids[at - 1]])) {
      if (at < slots) ids[at] = ids[at - 1];
      --at;
    }
    if (at < slots) ids[at] = static_cast<std::int32_t>(e);
  }
}

// e^(logit − largest) without the forms that yield NaN: ∞ − ∞, and NaN itself, which counts as −∞.
float unnormalized_weight(float logit, float largest) {
  if (std::isnan(logit)) logit = -std::numeric_limits<float>::infinity();
  return logit == largest ? 1.0f : std::exp(logit - largest);
}

void weigh(const float* logits, const std::int32_t* ids, std::int64_t slots, float* weights) {
  float largest = logits[ids[0]];
  if (std::isnan(largest)) largest = -std::numeric_limits<float>::infinity();
  float total = 0.0f;
  for (std::int64_t i = 0; i < slots; ++i) {
    weights[i] = unnormalized_weight(logits[ids[i]], largest);
    total += weights[i];
  }
  for (std::int64_t i = 0; i < slots; ++i) weights[i] /= total;
}

// A counting sort of the pairs by expert: the offsets are the counts' sums, and while pairs are
// placed each expert's offset is where its next one goes.
void sort_pairs(const Routing& routing) {
  const std::int64_t pairs = routing.ids.shape.count();
  const std::int64_t experts = routing.offsets.shape[0] - 1;
  const std::int32_t* ids = routing.ids.i32();
  std::int32_t* offsets = routing.offsets.i32();
  std::fill_n(offsets, experts + 1, 0);
  for (std::int64_t p = 0; p < pairs; ++p) ++offsets[ids[p]];
  std::int32_t first = 0;
  for (std::int64_t e = 0; e <= experts; ++e) first += std::exchange(offsets[e], first);
  for (std::int64_t p = 0; p < pairs; ++p) {
    routing.order.i32()[offsets[ids[p]]++] = static_cast<std::int32_t>(p);
  }
  std::copy_backward(offsets, offsets + experts, offsets + experts + 1);
  offsets[0] = 0;
}

}  // namespace

Status route(const ExecContext& context, const RouteArgs& args) {
  const Arena::Scope scope(*context.workspace);
  const std::int64_t rows = args.x.shape[0];
  const std::int64_t experts = args.router->rows;
  const std::int64_t slots = args.routing.ids.shape[1];
  const NormInput input{args.x.f32(), nullptr, rows, &args.norm};
  ARGES_ASSIGN_OR_RETURN(const TiledRows tiled, norm_tiles(context, input, *args.router,
                                                           args.inverse_rms.f32(), args.m.f32()));
  ARGES_ASSIGN_OR_RETURN(const TensorView logits, context.workspace->allocate({rows, experts}));
  ARGES_RETURN_IF_ERROR(
      store_product(context, tiled, *args.router, nullptr, Activation::kNone, logits.f32()));
  context.pool->parallel_for(rows, row_grain(experts), [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t row = begin; row < end; ++row) {
      const float* mine = logits.f32() + row * experts;
      std::int32_t* ids = args.routing.ids.i32() + row * slots;
      choose(mine, experts, slots, ids);
      weigh(mine, ids, slots, args.routing.weights.f32() + row * slots);
    }
  });
  sort_pairs(args.routing);
  return {};
}

}  // namespace arges::kernels::cpu
