// SPDX-License-Identifier: Apache-2.0
// Honest files, made new. A corpus fills with files that are refused, each for another reason; a
// change of one of those is refused as well, so a mutator starts now and then from one of these.
#pragma once

#include <string>

#include "tests/fuzz/mutators/json_tree.h"
#include "tests/fuzz/support/random.h"

namespace arges::fuzz {

// A byte-level tokenizer.json with that pattern, the 256 bytes and three merges.
JsonTree honest_tokenizer_json(const std::string& pattern);
// The config.json of a small model of one of the known types.
std::string honest_config(Random& random);

}  // namespace arges::fuzz
