// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string_view>

#include "kernels/base/status.h"

namespace arges::language {

// Checks a model's compiled normalization rules: a length, a double-array trie of 32-bit units and
// the zero-terminated replacements that its leaves point to. The library follows both without
// looking, so the check walks from the root exactly as the library can for any text: every step
// stays inside, no walk comes back to where it was, a rule has at most 64 bytes, at most 32 rules
// begin each other (the library has room for no more) and a replacement at most 256 bytes.
//
// Returns the most bytes that a rule puts in the place of one byte, at least 1. MODEL_INVALID
// otherwise.
Result<std::size_t> check_normalization_rules(std::string_view rules);

}  // namespace arges::language
