// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "kernels/base/status.h"

namespace arges::language {

// Refuses what no callout of the pattern engine sees the cost of: "(*" outside brackets (options,
// verbs, script runs, which read their text again at every step back), \X (reads any length, and
// backwards), and an item repeated more than 256 times by number. UNSUPPORTED, naming it; what is
// no pattern at all is left to the engine.
Status check_pattern_syntax(std::string_view pattern);

}  // namespace arges::language
