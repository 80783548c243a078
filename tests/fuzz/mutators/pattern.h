// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "tests/fuzz/support/random.h"

namespace arges::fuzz {

// A regular expression in PCRE2's syntax with one change, or a new one: verbs, groups by the
// hundred, quantifiers, recursion, look-around.
std::string mutate_pattern(std::string pattern, Random& random);

// One item, then a letter that the texts hardly have: an item that reads a run to its end does so
// from every place of it. A class and no letter, which the engine would look for first.
std::string pattern_that_reads_far(Random& random);

}  // namespace arges::fuzz
