// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "kernels/base/status.h"

namespace arges::language {

// Checks a model's compiled normalization rules: a length, a double-array trie of 32-bit units and
// the zero-terminated replacements that its leaves point to. The library follows both without
// looking, so every step that any text could take must stay inside. MODEL_INVALID otherwise.
Status check_normalization_rules(std::string_view rules);

}  // namespace arges::language
