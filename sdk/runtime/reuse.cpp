// SPDX-License-Identifier: Apache-2.0
#include "sdk/runtime/reuse.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "sdk/runtime/input_blocks.h"
#include "sdk/runtime/prompt_layout.h"

namespace arges::sdk {
namespace {

// What a conversation and a prompt have in common.
struct Common {
  std::int64_t tokens = 0;
  bool differs = false;  // both go on behind these
};

// Compares a prompt with a conversation's passages, one after another.
class Comparison {
 public:
  explicit Comparison(const PrefixParts& prompt) : prompt_(prompt) {}

  Common with(const Conversation& past) {
    for (const PastTurn& turn : past.turns) {
      const std::int64_t begin = position_;
      const std::int64_t common = common_ids(*turn.passage);
      position_ = std::min(begin + common, first_other_picture(*turn.passage, begin));
      if (position_ < begin + std::ssize(turn.passage->ids)) {
        return {position_, position_ < std::ssize(prompt_.ids)};
      }
    }
    return {position_, false};
  }

 private:
  std::int64_t common_ids(const Passage& passage) const {
    const auto rest = prompt_.ids.subspan(static_cast<std::size_t>(position_));
    return std::ranges::mismatch(rest, passage.ids).in1 - rest.begin();
  }

  // Where the first of the passage's pictures begins that is not the prompt's.
  std::int64_t first_other_picture(const Passage& passage, std::int64_t begin) {
    for (std::size_t i = 0; i < passage.pictures.size(); ++i, ++pictures_) {
      const std::int64_t at = begin + passage.pictures[i].begin;
      const bool same = pictures_ < prompt_.pictures.size() &&
                        prompt_.pictures[pictures_].begin == at &&
                        prompt_.pictures[pictures_].count == passage.pictures[i].count &&
                        prompt_.digests[pictures_] == passage.images[i].digest();
      if (!same) return at;
    }
    return begin + std::ssize(passage.ids);
  }

  const PrefixParts prompt_;
  std::int64_t position_ = 0;
  std::size_t pictures_ = 0;
};

bool is_checkpoint_lost(const Conversation& past, std::size_t turn) {
  if (turn + 1 == past.turns.size() && past.sequence) return false;
  const auto& checkpoint = past.turns[turn].checkpoint;
  return !checkpoint || !checkpoint->is_kept();
}

// The end of the last turn within `tokens` whose checkpoint is lost, or is there; 0: there is none.
std::int64_t last_end(const Conversation& past, std::int64_t tokens, bool lost) {
  for (std::size_t turn = past.turns.size(); turn > 0; --turn) {
    const std::int64_t end = past.turns[turn - 1].passage->end;
    if (end <= tokens && is_checkpoint_lost(past, turn - 1) == lost) return end;
  }
  return 0;
}

// What the pasts of all sessions have in common with a prompt.
struct Pasts {
  std::int64_t matched = 0;    // in the scope
  bool differ = false;         // behind these, a past that has so many in common goes on otherwise
  std::int64_t lost = 0;       // within them, up to where the furthest lost checkpoint lay
  std::int64_t elsewhere = 0;  // up to the furthest checkpoint of other scopes
};

void compare_past(const PrefixParts& prompt, const SessionState::Shared& session, bool in_scope,
                  Pasts& pasts) {
  if (!session.past) return;
  const Common common = Comparison(prompt).with(*session.past);
  if (!in_scope) {
    pasts.elsewhere = std::max(pasts.elsewhere, last_end(*session.past, common.tokens, false));
    return;
  }
  if (common.tokens > pasts.matched) pasts.differ = false;
  if (common.tokens >= pasts.matched && common.differs) pasts.differ = true;
  pasts.matched = std::max(pasts.matched, common.tokens);
  pasts.lost = std::max(pasts.lost, last_end(*session.past, common.tokens, true));
}

Pasts compare_pasts(const PrefixParts& prompt, const ReuseWorld& world) {
  Pasts pasts;
  compare_past(prompt, world.self, true, pasts);
  for (const SessionState::Shared& session : world.sessions) {
    compare_past(prompt, session, session.scope == world.self.scope, pasts);
  }
  return pasts;
}

// What a request would begin with: its own past as it stands, or what the scope finds.
std::int64_t reused_tokens(const PrefixParts& prompt, std::int64_t last, const ReuseWorld& world) {
  Resumption own;
  if (world.self.past) own = world.self.past->resumption();
  const std::int64_t held = own.sequence ? own.sequence->length() : 0;
  if (own.turns > 0 && !world.self.past->turns[own.turns - 1].passage->hasher) return held;
  PrefixHash hash(prompt, world.block, Hasher());
  const std::int64_t size = std::ssize(prompt.ids);
  return std::max(held, find_prefix(world.self.scope->prefixes, last, size, hash).tokens);
}

ReuseReason reason_of(const Pasts& pasts, std::int64_t reused) {
  if (pasts.lost > reused) return ReuseReason::kNoCheckpoint;
  if (pasts.elsewhere > reused) return ReuseReason::kScope;
  return pasts.differ ? ReuseReason::kDiffers : ReuseReason::kAll;
}

void count_images(const PromptDraft& draft, const Scope& scope, Reuse& reuse) {
  for (std::size_t i = 0; i < draft.images.size(); ++i) {
    if (draft.tokens.images[i].begin < reuse.reused) continue;
    ++reuse.images;
    if (scope.features.holds(feature_key(draft, i))) ++reuse.images_cached;
  }
}

}  // namespace

Reuse explain_reuse(const PromptDraft& draft, const ReuseWorld& world) {
  const std::vector<std::int64_t> cuts = cuts_of(draft);
  const std::vector<Digest> digests = digests_of(draft);
  const PrefixParts prompt{draft.tokens.ids, draft.tokens.images, digests, cuts};
  const std::int64_t last = last_border({draft.tokens.ids, {}, cuts}, world.block);
  const Pasts pasts = compare_pasts(prompt, world);
  Reuse reuse;
  reuse.prompt_tokens = std::ssize(prompt.ids);
  reuse.reused = reused_tokens(prompt, last, world);
  reuse.matched = std::max(pasts.matched, reuse.reused);
  reuse.evicted = pasts.lost > reuse.reused ? pasts.lost : 0;
  reuse.reason = reason_of(pasts, reuse.reused);
  count_images(draft, *world.self.scope, reuse);
  return reuse;
}

}  // namespace arges::sdk
