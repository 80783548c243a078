// SPDX-License-Identifier: Apache-2.0
#include "sdk/runtime/prompt_layout.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

#include "sdk/runtime/input_blocks.h"

namespace arges::sdk {
namespace {

// Of what the conversation holds before the draft.
std::optional<Hasher> hasher_before(const Preparation& preparation) {
  const std::size_t turns = preparation.resumption.turns;
  return turns == 0 ? Hasher() : preparation.past->turns[turns - 1].passage->hasher;
}

// A border that a checkpoint stands at lies inside no picture.
void skip(std::int64_t tokens, Preparation& preparation) {
  ModelInput& input = preparation.input;
  input.ids.erase(input.ids.begin(), input.ids.begin() + tokens);
  std::erase_if(input.cuts, [tokens](std::int64_t cut) { return cut <= tokens; });
  for (std::int64_t& cut : input.cuts) cut -= tokens;
  preparation.border -= tokens;
  std::erase_if(preparation.turn_ends, [tokens](const TurnEnd& end) { return end.at <= tokens; });
  for (TurnEnd& end : preparation.turn_ends) end.at -= tokens;
  preparation.images_done = static_cast<std::size_t>(std::ranges::count_if(
      preparation.draft.tokens.images,
      [tokens](const language::ImageSpan& picture) { return picture.begin < tokens; }));
  preparation.draft.absorbed = tokens;
}

// Goes on from a checkpoint of the scope, if there is one that leads further.
void take_prefix(Preparation& preparation, std::int64_t block) {
  const auto before = hasher_before(preparation);
  if (!before) return;
  const ModelInput& input = preparation.input;
  const std::vector<Digest> digests = digests_of(preparation.draft);
  PrefixHash hash({input.ids, preparation.draft.tokens.images, digests, input.cuts}, block,
                  *before);
  PrefixMatch match =
      find_prefix(preparation.scope->prefixes, preparation.border, std::ssize(input.ids), hash);
  preparation.passage.hasher = hash.hasher();
  if (!match.sequence) return;
  preparation.resumption.sequence = std::move(match.sequence);
  skip(match.tokens, preparation);
}

}  // namespace

std::vector<Digest> digests_of(const PromptDraft& draft) {
  std::vector<Digest> digests;
  for (const MessageImage& image : draft.images) digests.push_back(image.digest());
  return digests;
}

Digest feature_key(const PromptDraft& draft, std::size_t image) {
  Hasher hasher;
  hasher.add(draft.images[image].digest());
  hasher.add_number(static_cast<std::uint64_t>(draft.tokens.images[image].count));
  return hasher.digest();
}

PrefixMatch find_prefix(const PrefixIndex& prefixes, std::int64_t last, std::int64_t size,
                        PrefixHash& hash) {
  PrefixMatch match;
  while (hash.advance(last)) {
    if (hash.position() == size) continue;
    const auto checkpoint = prefixes.find(hash.hasher().digest());
    if (!checkpoint) continue;
    if (auto sequence = checkpoint->sequence()) match = {hash.position(), std::move(sequence)};
  }
  return match;
}

void lay_out(Preparation& preparation, std::int64_t block) {
  PromptDraft& draft = preparation.draft;
  ModelInput& input = preparation.input;
  input.ids = draft.tokens.ids;
  input.cuts = cuts_of(draft);
  preparation.border = last_border(input, block);
  preparation.passage = passage_of(draft, input.cuts, preparation.border);
  if (preparation.past) {
    preparation.turn_ends = lost_turn_ends(*preparation.past, preparation.resumption.turns,
                                           preparation.checkpoint_rules);
  }
  take_prefix(preparation, block);
  preparation.laid_out = true;
}

}  // namespace arges::sdk
