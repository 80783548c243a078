// SPDX-License-Identifier: Apache-2.0
#include "language/text/prompt_sentence.h"

#include "language/text/utf8.h"

namespace arges::language {
namespace {

constexpr std::string_view kAnswerHeader = "ai name=assistant\n";

std::string_view header_of(Role role) {
  switch (role) {
    case Role::kSystem:
      return "system ai_setting=assistant\n";
    case Role::kAssistant:
      return kAnswerHeader;
    default:
      return "user name=user\n";
  }
}

}  // namespace

Result<PromptEncoding> SentencePromptFamily::begin_message(const PromptMessage& message) const {
  PromptWriter writer = vocabulary_.writer();
  writer.control(beginning_);
  if (message.role == Role::kTool) {
    ARGES_RETURN_IF_ERROR(check_utf8(message.name, "The tool's name"));
    ARGES_RETURN_IF_ERROR(write_tool_answer(message, writer));
  } else {
    writer.text(header_of(message.role));
    ARGES_RETURN_IF_ERROR(vocabulary_.write_parts(message, writer));
  }
  return writer.control(end_).text("\n").begin();
}

Result<PromptTokens> SentencePromptFamily::generation_prompt() const {
  return vocabulary_.writer().control(beginning_).text(kAnswerHeader).finish();
}

Result<PromptTokens> SentencePromptFamily::end_of_turn(bool stop_token_in_place) const {
  PromptWriter writer = vocabulary_.writer();
  if (!stop_token_in_place) writer.control(end_);
  return writer.text("\n").finish();
}

Status write_function_response(const PromptVocabulary& vocabulary, const PromptMessage& message,
                               PromptWriter& writer) {
  writer.text("system function_response=functions\n{\"name\": \"");
  writer.text(message.name).text("\", \"response\": ");
  ARGES_RETURN_IF_ERROR(vocabulary.write_parts(message, writer));
  writer.text("}");
  return {};
}

}  // namespace arges::language
