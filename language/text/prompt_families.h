// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "kernels/base/status.h"
#include "language/text/prompt.h"
#include "language/text/prompt_writer.h"

namespace arges::language {

using PromptFamilyResult = Result<std::unique_ptr<PromptFamily>>;

// One maker per family, each in the file of its name. All markers, stop tokens among them, come
// from PromptVocabulary::control(), whose errors they pass on.
PromptFamilyResult make_text01_prompt(PromptVocabulary vocabulary);
PromptFamilyResult make_vl01_prompt(PromptVocabulary vocabulary);
PromptFamilyResult make_m1_prompt(PromptVocabulary vocabulary);
PromptFamilyResult make_pocket_prompt(PromptVocabulary vocabulary);

}  // namespace arges::language
