// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "language/text/prompt.h"
#include "language/text/token.h"
#include "sdk/runtime/digest.h"

namespace arges::sdk {

// Part of a conversation as its bits depend on it: which tokens, which pictures, and where its
// messages and pictures end (ModelInput::cuts).
struct PrefixParts {
  std::span<const language::TokenId> ids;
  std::span<const language::ImageSpan> pictures;
  std::span<const Digest> digests;  // of the pictures, one for each
  std::span<const std::int64_t> cuts;
};

// Goes from one border of a prompt to the next (see input_blocks.h) with the digest of the
// conversation up to there. Two conversations have a digest in common where they have all before it
// in common; no text can make one of a picture, since ids and pictures are told apart. What the
// parts point to must outlive it.
class PrefixHash {
 public:
  // `before`: the hasher of what the conversation holds before the prompt.
  PrefixHash(const PrefixParts& prompt, std::int64_t block, const Hasher& before)
      : prompt_(prompt), block_(block), hasher_(before) {}

  // To the next border up to `last`, which is one; false when it stands there.
  bool advance(std::int64_t last);
  std::int64_t position() const { return position_; }
  const Hasher& hasher() const { return hasher_; }

 private:
  std::int64_t next_border();
  void add_ids(std::int64_t begin, std::int64_t end);

  const PrefixParts prompt_;
  const std::int64_t block_;
  Hasher hasher_;
  std::int64_t position_ = 0;
  std::size_t pictures_ = 0;  // before the position
  std::size_t cuts_ = 0;      // up to the position
};

}  // namespace arges::sdk
