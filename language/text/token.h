// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace arges::language {

// Row of the embedding table; 0 <= id < the model's vocabulary size.
using TokenId = std::int32_t;

// What a tokenizer may do with an id.
enum class TokenKind : std::uint8_t {
  kAbsent,   // no token has this id
  kPlain,    // plain text may encode to it
  kAdded,    // placed by id alone; its content is shown in generated text (e.g. "<think>")
  kControl,  // placed by id alone; hidden from generated text (e.g. "<end_of_sentence>")
};

}  // namespace arges::language
