// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "kernels/base/status.h"
#include "language/text/text_limits.h"

namespace arges::language {

// A piece's type, numbered as in SentencePiece's model file.
enum class PieceType : std::uint8_t {
  kNormal = 1,
  kUnknown = 2,
  kControl = 3,
  kUserDefined = 4,
  kUnused = 5,
  kByte = 6,
};

struct SentencePiece {
  std::string text;
  float score = 0;
  PieceType type = PieceType::kNormal;
};

// How a model finds pieces, numbered as in its file.
enum class PieceSearch : std::uint8_t { kUnigram = 1, kBpe = 2 };

// What Arges reads from a SentencePiece model: all that ids depend on.
struct SentencePieceModel {
  std::vector<SentencePiece> pieces;  // by id
  std::size_t piece_bytes = 0;        // of their texts
  PieceSearch search = PieceSearch::kUnigram;
  bool byte_fallback = false;
  std::string rules;             // compiled normalization rules; empty: characters stay as they are
  std::size_t growth = 1;        // most bytes that a rule puts in the place of one
  bool drops_spaces = true;      // at both ends, and all but one between words
  bool add_dummy_prefix = true;  // encode() puts a space in front of the text
};

// A space is written as '▁' (U+2581) in pieces.
inline constexpr std::size_t kSpaceMarkBytes = 3;

// Reads the serialized model and checks every rule that Arges and the library rely on, the tables
// inside it too, which the library trusts. README.md argues that nothing else can reach it.
// MODEL_INVALID: not a model file; a field of another wire type than the format's; a piece that is
// empty, too long, not UTF-8, given twice or has a NUL, at which the library would cut it; no
// unknown piece or two; byte pieces that do not fit the model's byte fallback; a control piece of a
// single character (the library's BPE would find it in plain text); more than 64 user-defined
// pieces that begin each other (the library has room for no more); pieces chosen to share a hash;
// damaged normalization rules. UNSUPPORTED: a word or character model, other ways to treat white
// space.
Result<SentencePieceModel> read_sentencepiece_model(std::string_view bytes,
                                                    const TextLimits& limits);

// The same model as a file that holds these fields and nothing else.
std::string write_sentencepiece_model(const SentencePieceModel& model);

}  // namespace arges::language
