// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "tests/fuzz/support/random.h"

namespace arges::fuzz {

// A character that tokenizers or scripts treat apart, or a few that belong together.
std::string_view some_character(Random& random);

// A text with one change: a character of another script, a mark, a space of some kind, one of
// `words`, a part again or away; now and then bytes that are no UTF-8. At most 4,096 bytes.
std::string mutate_text(std::string text, std::span<const std::string_view> words, Random& random);

}  // namespace arges::fuzz
