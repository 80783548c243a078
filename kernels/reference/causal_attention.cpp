// SPDX-License-Identifier: Apache-2.0
#include <vector>

#include "kernels/reference/attend.h"
#include "kernels/reference/backend.h"

namespace arges::kernels::reference {

namespace {

// One kv head of one cache.
struct HeadCache {
  const KvPages& cache;
  std::int64_t kv_heads;
  std::int64_t head;
  std::int64_t width;

  float* key(std::int64_t token) const {
    const std::int64_t slot = token % cache.page_tokens;
    const std::int64_t panel = (head * cache.page_tokens + slot) / kKeyPanel;
    return page(token) + panel * kKeyPanel * width + slot % kKeyPanel;
  }
  float* value(std::int64_t token) const {
    const std::int64_t slot = token % cache.page_tokens;
    return page(token) + ((kv_heads + head) * cache.page_tokens + slot) * width;
  }
  float* page(std::int64_t token) const {
    return cache.pages[static_cast<std::size_t>(token / cache.page_tokens)];
  }
};

void store(const CausalAttentionArgs& args, const SequenceSpan& span, const HeadCache& cache) {
  for (std::int64_t t = 0; t < span.count; ++t) {
    const std::int64_t at = ((span.begin + t) * cache.kv_heads + cache.head) * cache.width;
    const std::int64_t token = cache.cache.length + t;
    for (std::int64_t c = 0; c < cache.width; ++c) {
      cache.key(token)[c * kKeyPanel] = args.k.f32()[at + c];
      cache.value(token)[c] = args.v.f32()[at + c];
    }
  }
}

// The `group` query heads that read this kv head, for every new token.
void attend_head(const CausalAttentionArgs& args, const SequenceSpan& span, const HeadCache& cache,
                 std::int64_t group) {
  std::vector<AttendedToken> attended;
  for (std::int64_t t = 0; t < cache.cache.length; ++t) {
    attended.push_back({cache.key(t), kKeyPanel, cache.value(t)});
  }
  for (std::int64_t t = 0; t < span.count; ++t) {
    const std::int64_t token = cache.cache.length + t;
    attended.push_back({cache.key(token), kKeyPanel, cache.value(token)});
    for (std::int64_t i = 0; i < group; ++i) {
      const std::int64_t head = cache.head * group + i;
      const std::int64_t at = ((span.begin + t) * args.q.shape[1] + head) * cache.width;
      attend(args.q.f32() + at, attended, args.scale, cache.width, args.out.f32() + at);
    }
  }
}

}  // namespace

Status causal_attention(const ExecContext&, const CausalAttentionArgs& args) {
  const std::int64_t kv_heads = args.k.shape[1];
  for (std::size_t s = 0; s < args.sequences.size(); ++s) {
    for (std::int64_t head = 0; head < kv_heads; ++head) {
      const HeadCache cache{args.caches[s], kv_heads, head, args.q.shape[2]};
      store(args, args.sequences[s], cache);
      attend_head(args, args.sequences[s], cache, args.q.shape[1] / kv_heads);
    }
  }
  return {};
}

}  // namespace arges::kernels::reference
