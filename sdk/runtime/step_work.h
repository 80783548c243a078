// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "kernels/base/status.h"
#include "language/text/token.h"
#include "sdk/runtime/answer.h"
#include "sdk/runtime/conversation.h"
#include "sdk/runtime/generate_options.h"
#include "sdk/runtime/model.h"

namespace arges::sdk {

// What the steps of a request work on, beside its prompt. Costly to make, so not made by the step
// thread.
struct StepWork {
  std::unique_ptr<Sequence> sequence;   // a copy of the session's, or a fresh one
  std::unique_ptr<Sequence> kept;       // as it was at the prompt's last border, once there
  std::vector<language::TokenId> seen;  // the conversation's ids, the prompt's included, ascending
  std::unique_ptr<Answer> answer;       // still empty; null when there shall be none
};

// Where a request's steps begin.
struct StepWorkParts {
  const Conversation* past = nullptr;  // null in a new session
  const Sequence* sequence = nullptr;  // to go on from; null: the prompt begins the conversation
  std::span<const language::TokenId> ids;  // of the prompt, those before the input's too
  std::int64_t border = 0;                 // the input's last
};

// rules: null for messages that are only added to the conversation. Precondition: sequence and
// input leave room in the context. Fails as Sequence::clone, Model::create_sequence and
// Answer::create.
Result<StepWork> make_step_work(Model& model, const StepWorkParts& parts, const ModelInput& input,
                                const GenerateOptions& options, AnswerRules* rules);

}  // namespace arges::sdk
