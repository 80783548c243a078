// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "tests/fuzz/support/random.h"

namespace arges::fuzz {

// A regular expression in PCRE2's syntax with one change, or a new one: verbs, groups by the
// hundred, quantifiers, recursion, look-around.
std::string mutate_pattern(std::string pattern, Random& random);

}  // namespace arges::fuzz
