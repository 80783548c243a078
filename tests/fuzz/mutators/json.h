// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "tests/fuzz/mutators/json_tree.h"
#include "tests/fuzz/support/random.h"

namespace arges::fuzz {

// One change of a document: a value replaced by one of its type or of another, numbers at the
// borders of what fits, members removed, doubled, renamed or moved, deep nesting. `words` are the
// keys and texts that the door knows.
void mutate_tree(JsonTree& tree, std::span<const std::string_view> words, Random& random);

// The same on the text of a document; bytes are changed where it is no JSON, and now and then.
std::string mutate_json(std::string_view json, std::span<const std::string_view> words,
                        Random& random);

}  // namespace arges::fuzz
