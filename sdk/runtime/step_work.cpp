// SPDX-License-Identifier: Apache-2.0
#include "sdk/runtime/step_work.h"

#include <iterator>
#include <utility>

namespace arges::sdk {

Result<StepWork> make_step_work(Model& model, const StepWorkParts& parts, const ModelInput& input,
                                const GenerateOptions& options, AnswerRules* rules) {
  StepWork work;
  if (parts.past) work.seen = parts.past->seen;
  add_seen(parts.ids, work.seen);
  ARGES_ASSIGN_OR_RETURN(work.sequence,
                         parts.sequence ? parts.sequence->clone() : model.create_sequence());
  if (parts.border == 0) {
    ARGES_ASSIGN_OR_RETURN(work.kept, work.sequence->clone());
  }
  if (rules == nullptr) return work;
  const std::int64_t room = model.max_context() - work.sequence->length() - std::ssize(input.ids);
  ARGES_ASSIGN_OR_RETURN(work.answer,
                         Answer::create(model, options, std::move(*rules), work.seen, room));
  return work;
}

}  // namespace arges::sdk
