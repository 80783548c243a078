// SPDX-License-Identifier: Apache-2.0
#pragma once

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <cstdint>
#include <string_view>
#include <vector>

#include "kernels/base/status.h"

namespace arges::language {

// Looks at every item of a pattern as the engine itself has read it, which no second parser could
// promise. `code` was compiled from `pattern` with PCRE2_AUTO_CALLOUT and must call out nowhere
// else.
//
// Returns what an item may cost before it moves or fails, by the place where it is written: at most
// as many characters as its largest repeat by number, each looked up in a class of so many bytes.
// 1 is about one comparison. UNSUPPORTED, naming it, for what costs more than that between two
// callouts: \X (reads any length, and backwards), "(*" (options, verbs, script runs, which read
// their text again at every step back), a repeat of more than 256, a class of more than 256 bytes,
// a look behind of more than 255 characters; and for callouts of the pattern's own.
Result<std::vector<std::uint32_t>> price_pattern_items(const pcre2_code& code,
                                                       std::string_view pattern);

}  // namespace arges::language
