// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "kernels/base/status.h"
#include "language/text/stop_matcher.h"
#include "sdk/runtime/event.h"
#include "sdk/runtime/generate_options.h"
#include "sdk/runtime/model.h"
#include "sdk/runtime/text_output.h"
#include "sdk/runtime/token_picker.h"

namespace arges::sdk {

// What holds for an answer beside its options.
struct AnswerRules {
  language::StopMatcher stops;
  std::shared_ptr<const language::SuppressedTokens> suppressed;
};

// The answer that one request generates: its ids, its text, and why it is over. Not movable, since
// step items point into it. One thread at a time.
class Answer {
 public:
  // seen: the ids of the conversation up to here. room: tokens that fit the context behind the
  // prompt, >= 1.
  static Result<std::unique_ptr<Answer>> create(const Model& model, const GenerateOptions& options,
                                                AnswerRules rules,
                                                std::span<const language::TokenId> seen,
                                                std::int64_t room);
  Answer(const Answer&) = delete;
  Answer& operator=(const Answer&) = delete;

  // Chooses the next token from these logits, [vocab_size], which it changes; several answers may
  // at the same time.
  void choose(float* logits) noexcept;
  // Takes the token chosen. Fails as TokenPicker::pick.
  Status take_token();

  // The last token taken, for the model to absorb. Precondition: !complete().
  StepItem step_item(Sequence* sequence);

  bool complete() const { return reason_ != FinishReason::kNone; }
  FinishReason finish_reason() const { return reason_; }
  std::span<const language::TokenId> ids() const { return input_.ids; }
  // Tokens of the answer; a stop token is not one of them.
  std::int64_t token_count() const { return static_cast<std::int64_t>(input_.ids.size()); }
  // Text that no reader has been given yet.
  std::string& text() { return text_; }

  // The assistant's turn: how it began in the prompt, the answer, then what the family prescribes
  // between an answer and the next message, its stop token included. Precondition: complete().
  Result<std::vector<language::TokenId>> turn(std::span<const language::TokenId> begin) const;

 private:
  Answer(const Model& model, TokenPicker picker, TextOutput output, std::int64_t max_tokens);
  void end(FinishReason reason);

  const Model& model_;
  TokenPicker picker_;
  TextOutput output_;
  const std::int64_t max_tokens_;
  ModelInput input_;
  Status choice_;                // how choosing went
  language::TokenId token_ = 0;  // the last one chosen
  std::string text_;
  FinishReason reason_ = FinishReason::kNone;
};

}  // namespace arges::sdk
