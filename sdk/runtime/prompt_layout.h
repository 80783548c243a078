// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "sdk/runtime/digest.h"
#include "sdk/runtime/prefix_hash.h"
#include "sdk/runtime/preparation.h"
#include "sdk/runtime/prompt_builder.h"

namespace arges::sdk {

// The digests of a draft's pictures, in order.
std::vector<Digest> digests_of(const PromptDraft& draft);

// What the features of a draft's picture are kept under. An engine has one model, whose way to cut
// a picture into tiles is told by the tokens that it takes.
Digest feature_key(const PromptDraft& draft, std::size_t image);

// How far a checkpoint of a scope leads into a prompt.
struct PrefixMatch {
  std::int64_t tokens = 0;                   // of the prompt
  std::shared_ptr<const Sequence> sequence;  // null: nowhere
};

// Takes `hash` to `last`, the prompt's last border, and tells the furthest checkpoint on the way,
// but none at the prompt's end, which `size` says: a step needs something to absorb.
PrefixMatch find_prefix(const PrefixIndex& prefixes, std::int64_t last, std::int64_t size,
                        PrefixHash& hash);

// Of a preparation whose draft is complete but for its pictures: says what the conversation gains
// and where the steps begin, behind the longest part of the prompt that a checkpoint of the scope
// stands for, and leaves out of the input what lies before. Pictures there need not be encoded.
// Throws std::bad_alloc.
void lay_out(Preparation& preparation, std::int64_t block);

}  // namespace arges::sdk
