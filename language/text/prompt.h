// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "kernels/base/status.h"
#include "kernels/base/stop_check.h"
#include "language/text/prompt_encoding.h"
#include "language/text/text_limits.h"
#include "language/text/token.h"
#include "language/text/tokenizer.h"

namespace arges::language {

enum class Role { kSystem, kUser, kAssistant, kTool };

// Plain text: markup typed in it stays literal.
struct TextPart {
  std::string text;
};

// The place of a picture: `feature_count` placeholder tokens whose embeddings the packed picture
// features replace, in order (architecture.md §4.4).
struct ImagePart {
  std::int64_t feature_count = 0;
};

using MessagePart = std::variant<TextPart, ImagePart>;

struct PromptMessage {
  Role role = Role::kUser;
  std::string name;  // of the tool that answers; ignored for the other roles
  std::vector<MessagePart> parts;
};

// How a model family writes a conversation (architecture.md §5.6). Immutable, safe from any
// thread. A conversation is begin(), then messages in order; for an answer generation_prompt(), the
// generated ids themselves, end_of_turn(); then more messages. Appending these pieces gives the ids
// of the published template; nothing depends on what came before.
class PromptFamily {
 public:
  virtual ~PromptFamily() = default;

  // What a document starts with; may be empty.
  virtual Result<PromptTokens> begin() const = 0;
  // One complete message, up to and including its end, to be encoded slice by slice. Consecutive
  // text parts are joined without a separator. UNSUPPORTED: a role or a picture that the family has
  // no form for. INVALID_ARGUMENT: bad text (see Tokenizer::encode, whose other refusals come while
  // it is encoded), a picture outside a user message or with a feature count outside
  // 1..TextLimits::max_image_features.
  virtual Result<PromptEncoding> begin_message(const PromptMessage& message) const = 0;
  // The same in one go. What `stop` returns, which is asked while text is encoded.
  Result<PromptTokens> message(const PromptMessage& message,
                               const StopCheck& stop = never_stop()) const;
  // The header after which the model answers.
  virtual Result<PromptTokens> generation_prompt() const = 0;
  // What must follow a generated answer before the next message. `stop_token_in_place`: the answer
  // ended with a stop token that is in the sequence; false when it was cut short, by a length or a
  // stop string, so that the stop token has to be added.
  virtual Result<PromptTokens> end_of_turn(bool stop_token_in_place = true) const = 0;
  // Ids that end an answer.
  virtual std::vector<TokenId> stop_tokens() const = 0;
};

// Whether make_prompt_family() knows the name.
bool is_prompt_family(std::string_view name);

// The family called `name`: "text-01", "vl-01", "m1" or "pocket". `image_token_id` is the
// placeholder that config.json names; without it the families with pictures look up "<image>".
// INVALID_ARGUMENT: unknown name. MODEL_INVALID: the vocabulary lacks a control token that the
// family needs (names it); the placeholder is one of those tokens (names the id), the stop token
// among them; plain text could yield the placeholder of a family with pictures.
Result<std::unique_ptr<PromptFamily>> make_prompt_family(
    std::string_view name, std::shared_ptr<const Tokenizer> tokenizer,
    std::optional<TokenId> image_token_id = std::nullopt, const TextLimits& limits = {});

}  // namespace arges::language
