// SPDX-License-Identifier: Apache-2.0
#include "sdk/fakes/byte_prompts.h"

#include <variant>

#include "language/text/prompt_writer.h"

namespace arges::sdk {
namespace {

using language::PromptTokens;
using Bytes = ByteTokenizer;

Result<language::TokenId> role_token(language::Role role) {
  switch (role) {
    case language::Role::kSystem:
      return Bytes::kSystem;
    case language::Role::kUser:
      return Bytes::kUser;
    case language::Role::kAssistant:
      return Bytes::kAssistant;
    case language::Role::kTool:
      break;
  }
  return unsupported("the byte prompt family has no tool role");
}

}  // namespace

Result<PromptTokens> BytePrompts::begin() const {
  return PromptTokens{{Bytes::kBegin}, {}};
}

Result<language::PromptEncoding> BytePrompts::begin_message(
    const language::PromptMessage& message) const {
  ARGES_ASSIGN_OR_RETURN(const auto role, role_token(message.role));
  language::PromptWriter writer(tokenizer_);
  writer.control(role);
  for (const auto& part : message.parts) {
    if (const auto* image = std::get_if<language::ImagePart>(&part)) {
      writer.image(Bytes::kImage, image->feature_count);
    } else {
      writer.text(std::get<language::TextPart>(part).text);
    }
  }
  return writer.control(Bytes::kEnd).control('\n').begin();
}

Result<PromptTokens> BytePrompts::generation_prompt() const {
  return PromptTokens{{Bytes::kAssistant}, {}};
}

Result<PromptTokens> BytePrompts::end_of_turn(bool stop_token_in_place) const {
  if (stop_token_in_place) return PromptTokens{{'\n'}, {}};
  return PromptTokens{{Bytes::kEnd, '\n'}, {}};
}

}  // namespace arges::sdk
