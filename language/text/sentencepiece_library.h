// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>
#include <vector>

#include "kernels/base/status.h"
#include "language/text/sentencepiece_model.h"
#include "language/text/token.h"

namespace sentencepiece {
class SentencePieceProcessor;
}

namespace arges::language {

// The SentencePiece library behind one wall: it sees only what was checked, nothing that it throws
// passes, and its work grows with the text's length alone. Immutable; safe from any thread.
class SentencePieceLibrary {
 public:
  // `model` as read_sentencepiece_model() gave it; kept no longer than the call. MODEL_INVALID when
  // the library refuses it or reads other pieces from it; OUT_OF_MEMORY_HOST.
  static Result<SentencePieceLibrary> load(const SentencePieceModel& model);

  // Appends the ids of the text. Unknown characters that follow each other give one unknown id, or
  // their bytes with byte fallback; a run that began in `ids` goes on. Precondition: UTF-8.
  // INTERNAL, OUT_OF_MEMORY_HOST; `ids` is as before then. Takes up to some 768 bytes of memory for
  // a byte of text while it runs.
  Status encode(std::string_view text, std::vector<TokenId>& ids) const;

  SentencePieceLibrary(SentencePieceLibrary&&) noexcept;
  SentencePieceLibrary& operator=(SentencePieceLibrary&&) noexcept;
  ~SentencePieceLibrary();

 private:
  SentencePieceLibrary();
  Status check_agreement(const SentencePieceModel& model) const;

  std::unique_ptr<sentencepiece::SentencePieceProcessor> processor_;
  TokenId pieces_ = 0;      // the model's own; ids from here on are byte pieces of ours
  TokenId unknown_ = -1;    // the model's unknown piece
  std::size_t growth_ = 1;  // most bytes of normalized text for one of the text
};

}  // namespace arges::language
