// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kernels/base/status.h"
#include "kernels/base/stop_check.h"
#include "language/text/text_encoding.h"
#include "language/text/token.h"

namespace arges::language {

// Text to ids and back. Immutable after construction: every member may be called from any number
// of threads at once, and none blocks.
//
// encode() knows plain text only. It never yields an id whose kind is kAdded or kControl, whatever
// the text says, so nothing that a user types can become markup (reliability.md §3.3). Markup is
// placed by id, found with control_token().
class Tokenizer {
 public:
  virtual ~Tokenizer() = default;

  // Begins with plain text. INVALID_ARGUMENT: not UTF-8 (names the byte offset) or longer than the
  // limit; OUT_OF_MEMORY_HOST.
  virtual Result<std::unique_ptr<TextEncoding>> begin(std::string_view text) const = 0;

  // Ids of plain text. `stop` is asked often enough that a cancel need not wait for a long text.
  // As begin(), and INVALID_ARGUMENT: too costly for the model's pre-tokenizer pattern or pieces;
  // what `stop` returns.
  Result<std::vector<TokenId>> encode(std::string_view text, const StopCheck& stop) const;
  Result<std::vector<TokenId>> encode(std::string_view text) const {
    return encode(text, never_stop());
  }

  // The bytes an id stands for; concatenating those of successive ids gives the text, except for
  // the space that adds_leading_space() speaks of. A kAdded or kControl token gives its content.
  // nullopt when the kind is kAbsent. The view lives as long as the tokenizer.
  virtual std::optional<std::string_view> token_bytes(TokenId id) const = 0;

  virtual TokenKind kind(TokenId id) const = 0;

  // The added or control token with exactly this content.
  virtual std::optional<TokenId> control_token(std::string_view content) const = 0;

  // One more than the largest id; ids at or above it are absent.
  virtual TokenId vocab_size() const = 0;
  // Ids below it belong to the base vocabulary. The embedding rows at and above it may never have
  // been trained (architecture.md §5.5).
  virtual TokenId base_vocab_size() const = 0;
  // True when encode() puts a space in front of the text, which a decoder takes away again from
  // the start of a text.
  virtual bool adds_leading_space() const = 0;
  // True when encode() drops, joins and rewrites nothing: what it gives decodes to the very text.
  virtual bool keeps_text() const = 0;

  // True for kAdded and kControl: ids that plain text never yields.
  bool is_control(TokenId id) const;
};

// Bytes of the longest token that plain text can yield, at least 1: of a tokenizer that keeps text,
// n bytes have no fewer than n / that many ids. Looks at every id.
std::size_t longest_plain_token(const Tokenizer& tokenizer);

// What decode() does with kControl tokens; kAdded ones always show.
enum class ControlText { kOmit, kShow };

// Hands on the bytes of a sequence, id after id, as decode() joins them; they live as long as the
// tokenizer. INVALID_ARGUMENT names an id that no token has.
Status decode_each(const Tokenizer& tokenizer, std::span<const TokenId> ids, ControlText control,
                   const std::function<void(std::string_view)>& take);

// Bytes of a whole sequence. They are UTF-8 when the ids came from encode(); ids from a model may
// end inside a code point (see Utf8Stream). INVALID_ARGUMENT names an id that no token has.
Result<std::string> decode(const Tokenizer& tokenizer, std::span<const TokenId> ids,
                           ControlText control = ControlText::kShow);

}  // namespace arges::language
