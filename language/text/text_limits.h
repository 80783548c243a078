// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

namespace arges::language {

// What the text door accepts. Everything is checked before memory is set aside for it.
struct TextLimits {
  std::size_t max_text_bytes = 8'000'000;                   // one encode() call
  std::size_t max_tokenizer_bytes = std::size_t{64} << 20;  // each tokenizer file
  std::size_t max_json_values = std::size_t{1} << 23;       // values of one JSON document
  std::size_t max_json_depth = 32;
  std::size_t max_vocabulary = std::size_t{1} << 20;  // ids are below this
  std::size_t max_token_bytes = 512;
  std::size_t max_pattern_bytes = 4096;  // one pre-tokenizer pattern
  std::size_t max_pattern_stages = 8;
  std::uint32_t max_match_steps = 20'000'000;  // PCRE2's match limit for one piece of text
  std::size_t max_stop_strings = 16;
  std::size_t max_stop_bytes = 512;                         // one stop string
  std::int64_t max_image_features = std::int64_t{1} << 20;  // one picture's placeholder repeats
};

}  // namespace arges::language
