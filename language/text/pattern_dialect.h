// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace arges::language {

// The published pre-tokenizer pattern of the MiniMax-01 family (architecture.md §5.3).
extern const std::string_view kPublishedPattern;
// The pattern that a ByteLevel pre-tokenizer means with "use_regex": true (GPT-2's).
extern const std::string_view kByteLevelPattern;

// The same pattern with \s, outside and inside brackets, and \S outside them, written out as
// Unicode's White_Space. PCRE2's own \s also takes U+180E, which no published tokenizer does.
std::string with_unicode_white_space(std::string_view pattern);

}  // namespace arges::language
