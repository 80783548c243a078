// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "language/text/tokenizer.h"

namespace arges::fuzz {

// Every id below vocab_size() has bytes exactly when it has a kind; ids beside the range have none.
void check_vocabulary(const language::Tokenizer& tokenizer);

// Encodes and decodes. A text that is UTF-8 gives ids of the vocabulary, none of them control ids,
// which decode; to the very text where the tokenizer promises so. Refusals are INVALID_ARGUMENT.
void check_text(const language::Tokenizer& tokenizer, std::string_view text);

}  // namespace arges::fuzz
