// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "kernels/base/status.h"
#include "language/text/prompt.h"
#include "sdk/runtime/message.h"
#include "sdk/runtime/model.h"

namespace arges::sdk {

// A request's prompt before its pictures are encoded.
struct PromptDraft {
  ModelInput input;                        // pictures in order, their features still null
  std::vector<language::ImageSpan> spans;  // one for each picture
  std::vector<std::shared_ptr<const vision::Image>> images;  // one for each picture
  std::int64_t carried = 0;  // leading ids that the conversation already counts
};

// Writes a conversation's next prompt, piece by piece, as its model family prescribes.
class PromptBuilder {
 public:
  explicit PromptBuilder(const language::PromptFamily& family) : family_(family) {}

  // [begin() for a conversation's first prompt, else its tail] + messages + generation_prompt().
  // image_tokens: placeholder count of each picture, in order. Fails as PromptFamily::message.
  Result<PromptDraft> build(bool first, std::span<const language::TokenId> tail,
                            std::span<const Message> messages,
                            std::span<const std::int64_t> image_tokens) const;

 private:
  Status append_message(const Message& message, std::span<const std::int64_t>& image_tokens,
                        PromptDraft& draft) const;

  const language::PromptFamily& family_;
};

}  // namespace arges::sdk
