// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "tests/fuzz/support/random.h"

namespace arges::fuzz {

// A compiled table of normalization rules with one change: a rule more or less, a family of rules,
// or damage to one unit of the trie. `text` is a text that the model knows, for the new rules.
std::string mutate_rules(std::string_view table, const std::string& text, Random& random);

}  // namespace arges::fuzz
