// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <limits>

#include "kernels/cpu/backend.h"
#include "kernels/cpu/parallel.h"

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

}  // namespace

Status route_top_k(const ExecContext& context, const RouteTopKArgs& args) {
  const std::int64_t experts = args.logits.shape[1];
  const std::int64_t slots = args.expert_ids.shape[1];
  context.pool->parallel_for(args.logits.shape[0], row_grain(experts),
                             [&](std::int64_t begin, std::int64_t end) {
                               for (std::int64_t row = begin; row < end; ++row) {
                                 const float* logits = args.logits.f32() + row * experts;
                                 std::int32_t* ids = args.expert_ids.i32() + row * slots;
                                 choose(logits, experts, slots, ids);
                                 weigh(logits, ids, slots, args.weights.f32() + row * slots);
                               }
                             });
  return {};
}

}  // namespace arges::kernels::cpu
