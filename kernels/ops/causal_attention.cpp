// SPDX-License-Identifier: Apache-2.0
#include "kernels/ops/causal_attention.h"

#include "kernels/op_table.h"
#include "kernels/ops/argument_check.h"

namespace arges::kernels {

namespace {

static_assert(kKeyPanel == 16, "the sentence below names it");

void check_cache(ArgumentCheck& check, const KvPages& cache, std::int64_t new_tokens) {
  check
      .require(cache.page_tokens >= kKeyPanel && cache.page_tokens % kKeyPanel == 0,
               "page_tokens must be a positive multiple of 16")
      .require(cache.length >= 0 && cache.length <= kNonNegative - new_tokens,
               "a cache length must not be negative");
  if (!check.ok()) return;
  const std::int64_t tokens = cache.length + new_tokens;
  const auto needed = static_cast<std::size_t>((tokens - 1) / cache.page_tokens + 1);
  check.require(cache.pages.size() >= needed, "a cache has too few pages for its new tokens");
  if (!check.ok()) return;
  for (std::size_t page = 0; page < needed; ++page) {
    check.require(cache.pages[page] != nullptr, "a cache page is null");
  }
}

}  // namespace

Status causal_attention(const ExecContext& context, const CausalAttentionArgs& args) {
  constexpr auto kAny = ArgumentCheck::kAny;
  ArgumentCheck check(context, "causal_attention");
  check.f32("q", args.q, {kAny, kAny, kAny}).f32("k", args.k, {kAny, kAny, kAny});
  if (!check.ok()) return check.status();
  const Shape& q = args.q.shape;
  check.f32("k", args.k, {q[0], kAny, q[2]})
      .f32("v", args.v, args.k.shape)
      .f32("out", args.out, q)
      .require(args.k.shape[1] >= 1 && q[1] % args.k.shape[1] == 0,
               "the number of heads must be a multiple of the number of kv heads")
      .apart("out", args.out, "q", args.q)
      .also(check_sequence_spans(args.sequences, q[0]))
      .require(args.caches.size() == args.sequences.size(), "each sequence needs one cache");
  for (std::size_t i = 0; check.ok() && i < args.caches.size(); ++i) {
    check_cache(check, args.caches[i], args.sequences[i].count);
  }
  if (!check.ok()) return check.status();
  return context.ops->causal_attention(context, args);
}

}  // namespace arges::kernels
