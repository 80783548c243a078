// SPDX-License-Identifier: Apache-2.0
#include "sdk/runtime/answer.h"

#include <algorithm>
#include <utility>

#include "sdk/async/guard.h"

namespace arges::sdk {

Answer::Answer(const Model& model, TokenPicker picker, TextOutput output, std::int64_t max_tokens)
    : model_(model),
      picker_(std::move(picker)),
      output_(std::move(output)),
      max_tokens_(max_tokens) {}

Result<std::unique_ptr<Answer>> Answer::create(const Model& model, const GenerateOptions& options,
                                               AnswerRules rules,
                                               std::span<const language::TokenId> seen,
                                               std::int64_t room) {
  ARGES_ASSIGN_OR_RETURN(TokenPicker picker,
                         TokenPicker::create(model, options, std::move(rules.suppressed), seen));
  TextOutput output(model.tokenizer(), !options.continue_last, std::move(rules.stops));
  return std::unique_ptr<Answer>(
      new Answer(model, std::move(picker), std::move(output), std::min(options.max_tokens, room)));
}

void Answer::choose(float* logits) noexcept {
  choice_ = guarded([&]() -> Status {
    const auto vocab = static_cast<std::size_t>(model_.vocab_size());
    ARGES_ASSIGN_OR_RETURN(token_, picker_.pick({logits, vocab}));
    return {};
  });
}

Status Answer::take_token() {
  ARGES_RETURN_IF_ERROR(choice_);
  if (picker_.is_stop(token_)) {
    end(FinishReason::kStop);
    return {};
  }
  input_.ids.push_back(token_);
  text_ += output_.push(token_);
  if (output_.stopped()) {
    end(FinishReason::kStop);
  } else if (token_count() >= max_tokens_) {
    end(FinishReason::kLength);
  }
  return {};
}

void Answer::end(FinishReason reason) {
  text_ += output_.finish();
  reason_ = reason;
}

StepItem Answer::step_item(Sequence* sequence) {
  return {sequence, &input_, token_count() - 1, 1, true};
}

Result<std::vector<language::TokenId>> Answer::turn(
    std::span<const language::TokenId> begin) const {
  ARGES_ASSIGN_OR_RETURN(const auto end_of_turn, model_.prompts().end_of_turn(false));
  std::vector<language::TokenId> turn(begin.begin(), begin.end());
  turn.insert(turn.end(), input_.ids.begin(), input_.ids.end());
  turn.insert(turn.end(), end_of_turn.ids.begin(), end_of_turn.ids.end());
  return turn;
}

}  // namespace arges::sdk
