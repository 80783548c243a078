// SPDX-License-Identifier: Apache-2.0
#include "sdk/fakes/byte_prompts.h"

#include <variant>

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

void append_image(std::int64_t count, PromptTokens& out) {
  out.images.push_back({static_cast<std::int64_t>(out.ids.size()), count});
  out.ids.insert(out.ids.end(), static_cast<std::size_t>(count), Bytes::kImage);
}

}  // namespace

Result<PromptTokens> BytePrompts::begin() const {
  return PromptTokens{{Bytes::kBegin}, {}};
}

Result<PromptTokens> BytePrompts::message(const language::PromptMessage& message,
                                          const StopCheck& stop) const {
  PromptTokens out;
  ARGES_ASSIGN_OR_RETURN(const auto role, role_token(message.role));
  out.ids.push_back(role);
  for (const auto& part : message.parts) {
    if (const auto* image = std::get_if<language::ImagePart>(&part)) {
      append_image(image->feature_count, out);
      continue;
    }
    ARGES_ASSIGN_OR_RETURN(const auto ids,
                           tokenizer_.encode(std::get<language::TextPart>(part).text, stop));
    out.ids.insert(out.ids.end(), ids.begin(), ids.end());
  }
  out.ids.insert(out.ids.end(), {Bytes::kEnd, '\n'});
  return out;
}

Result<PromptTokens> BytePrompts::generation_prompt() const {
  return PromptTokens{{Bytes::kAssistant}, {}};
}

Result<PromptTokens> BytePrompts::end_of_turn(bool stop_token_in_place) const {
  if (stop_token_in_place) return PromptTokens{{'\n'}, {}};
  return PromptTokens{{Bytes::kEnd, '\n'}, {}};
}

}  // namespace arges::sdk
