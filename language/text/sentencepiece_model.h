// SPDX-License-Identifier: Apache-2.0
#pragma once

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
  PieceType type = PieceType::kNormal;
};

// What Arges reads from a SentencePiece model before the library sees it.
struct SentencePieceModel {
  std::vector<SentencePiece> pieces;  // by id
  bool byte_fallback = false;
  bool rewrites_text = false;    // normalizes characters
  bool drops_spaces = true;      // at both ends, and all but one between words
  bool add_dummy_prefix = true;  // encode() puts a space in front of the text
};

// Reads the serialized model and checks every rule that Arges relies on, the tables inside it too,
// which the library trusts.
// MODEL_INVALID: not a model file; a field of another wire type than the format's; a piece that is
// empty, too long, not UTF-8 or given twice; a control piece of a single character (the library's
// BPE would find it in plain text); damaged normalization rules. UNSUPPORTED: a word or character
// model, other ways to treat white space.
Result<SentencePieceModel> read_sentencepiece_model(std::string_view bytes,
                                                    const TextLimits& limits);

}  // namespace arges::language
