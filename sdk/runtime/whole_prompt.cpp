// SPDX-License-Identifier: Apache-2.0
#include "sdk/runtime/whole_prompt.h"

#include "sdk/runtime/request_checks.h"

namespace arges::sdk {

Result<PromptDraft> write_whole_prompt(const Model& model, const EngineOptions& limits,
                                       const Conversation* past,
                                       std::span<const Message> messages) {
  ARGES_RETURN_IF_ERROR(check_messages(messages, PromptEnd::kAnswer, limits));
  ARGES_ASSIGN_OR_RETURN(const auto image_tokens,
                         count_image_tokens(messages, model, never_stop()));
  const PromptBuilder builder(model.prompts());
  PromptDraft draft;
  ARGES_RETURN_IF_ERROR(builder.begin(past, 0, draft));
  for (const Message& message : messages) {
    ARGES_RETURN_IF_ERROR(builder.begin_message(message, image_tokens, draft));
    while (draft.message) ARGES_RETURN_IF_ERROR(builder.add_slice(never_stop(), draft));
  }
  ARGES_RETURN_IF_ERROR(builder.finish(draft));
  return draft;
}

}  // namespace arges::sdk
