// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

namespace arges::language {

// What the text door accepts. Everything is checked before memory is set aside for it.
struct TextLimits {
  // One encode() call: all text of a request (EngineOptions::max_text_per_request), which may be
  // one message's, and what the prompt family writes between its parts.
  std::size_t max_text_bytes = 33'000'000;
  std::size_t max_tokenizer_bytes = std::size_t{64} << 20;  // each tokenizer file
  // A SentencePiece model and its pieces' texts, of which the library builds tables: some 0.6 s of
  // processor time a MiB for random pieces.
  std::size_t max_sentencepiece_bytes = std::size_t{8} << 20;
  std::size_t max_piece_bytes = std::size_t{4} << 20;
  // Values of one JSON document. 200,000 tokens with their merges as pairs have 800,000.
  std::size_t max_json_values = std::size_t{1} << 21;
  std::size_t max_json_depth = 32;
  std::size_t max_vocabulary = std::size_t{1} << 20;  // ids are below this
  std::size_t max_merges = std::size_t{1} << 21;      // a token may come of several
  std::size_t max_token_bytes = 512;
  std::size_t max_pattern_bytes = 4096;  // one pre-tokenizer pattern
  std::size_t max_pattern_stages = 8;
  // PCRE2's match limit: steps back in one attempt to match.
  std::uint32_t max_match_steps = 20'000'000;
  // Steps through a pattern that Arges does not know, over a whole text: the price of an item that
  // is entered, or a byte of text that one moves over. Patterns of published families take 1 to 13
  // a byte.
  std::uint64_t max_steps_per_byte = 128;
  std::uint32_t max_match_memory = std::uint32_t{64} << 20;  // bytes, where PCRE2 has no JIT
  std::size_t max_stop_strings = 16;
  std::size_t max_stop_bytes = 512;                         // one stop string
  std::int64_t max_image_features = std::int64_t{1} << 20;  // one picture's placeholder repeats
};

}  // namespace arges::language
