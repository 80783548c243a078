// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
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
  std::unique_ptr<Answer> answer;       // still empty
};

// past: null in a new session. Precondition: past and prompt leave room in the context. Fails as
// Sequence::clone, Model::create_sequence and Answer::create.
Result<StepWork> make_step_work(Model& model, const Conversation* past, const ModelInput& prompt,
                                const GenerateOptions& options, AnswerRules rules);

}  // namespace arges::sdk
