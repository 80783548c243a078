// SPDX-License-Identifier: Apache-2.0
#include "language/text/sentencepiece_library.h"

#include <sentencepiece_processor.h>

#include <algorithm>
#include <new>
#include <numeric>
#include <random>
#include <string>
#include <utility>

#include "kernels/base/guarded.h"
#include "kernels/base/quote_name.h"
#include "language/text/byte_piece.h"

namespace arges::language {
namespace {

// What the library is given, and what its ids mean: one of the model's, or kUnknownByte.
struct Given {
  SentencePieceModel model;
  std::vector<TokenId> ids;
};
constexpr TokenId kUnknownByte = -1;

// A model without byte fallback gets byte pieces behind its own. The library joins unknown
// characters into one piece by copying the run anew for each, which costs n^2; bytes it appends.
// That changes no other id: byte pieces take no part in its search for pieces.
void add_byte_fallback(Given& given) {
  if (given.model.byte_fallback) return;
  given.model.byte_fallback = true;
  for (int byte = 0; byte < 256; ++byte) {
    const std::string piece = piece_of_byte(static_cast<unsigned char>(byte));
    given.model.pieces.push_back({piece, 0, PieceType::kByte});
    given.ids.push_back(kUnknownByte);
  }
}

// For a unigram model the library builds an automaton by way of a hash table without a secret, and
// a file could choose its pieces, and their order, to crowd it. Here is the secret: a random order,
// and a few random pieces in front of the others, which move every number that is hashed. No id
// changes: the search looks at texts and scores alone, and at no unused piece.
void salt(Given& given) {
  if (given.model.search != PieceSearch::kUnigram) return;
  std::random_device secret;
  std::mt19937_64 random((std::uint64_t{secret()} << 32) | secret());
  std::vector<SentencePiece>& pieces = given.model.pieces;
  for (std::size_t i = pieces.size(); i > 1; --i) {
    const std::size_t other = random() % i;
    std::swap(pieces[i - 1], pieces[other]);
    std::swap(given.ids[i - 1], given.ids[other]);
  }
  for (int i = 0; i < 8; ++i) {
    std::string text(64 + random() % 448, '\x01');
    for (char& c : text) c = static_cast<char>(1 + random() % 127);
    text.front() = '\x01';
    pieces.push_back({text, 0, PieceType::kUnused});
    given.ids.push_back(kUnknownByte);
  }
}

// The library's own unk_id() knows the piece by the name "<unk>" alone.
TokenId unknown_piece(const SentencePieceModel& model) {
  const auto found =
      std::find_if(model.pieces.begin(), model.pieces.end(),
                   [](const SentencePiece& piece) { return piece.type == PieceType::kUnknown; });
  return static_cast<TokenId>(found - model.pieces.begin());
}

Given give(const SentencePieceModel& model) {
  Given given{model, std::vector<TokenId>(model.pieces.size())};
  std::iota(given.ids.begin(), given.ids.end(), 0);
  salt(given);
  add_byte_fallback(given);
  return given;
}

// What a call can need for each byte of the file, and of the text after normalization.
constexpr std::size_t kMemoryPerFileByte = 48;
constexpr std::size_t kMemoryPerTextByte = 256;

// The library (its protocol buffers) does not survive a refused allocation inside it. So its calls
// begin only when all that they can need is there: taken, untouched, and given back. Throws
// bad_alloc otherwise.
void require_memory(std::size_t bytes) {
  ::operator delete(::operator new(bytes));
}

}  // namespace

SentencePieceLibrary::SentencePieceLibrary() = default;
SentencePieceLibrary::SentencePieceLibrary(SentencePieceLibrary&&) noexcept = default;
SentencePieceLibrary& SentencePieceLibrary::operator=(SentencePieceLibrary&&) noexcept = default;
SentencePieceLibrary::~SentencePieceLibrary() = default;

Result<SentencePieceLibrary> SentencePieceLibrary::load(const SentencePieceModel& model) {
  constexpr std::string_view kRefused = "The SentencePiece library refuses the model";
  return guarded(StatusCode::kModelInvalid, kRefused, [&]() -> Result<SentencePieceLibrary> {
    SentencePieceLibrary library;
    Given given = give(model);
    ARGES_RETURN_IF_ERROR(check_piece_tables(given.model));
    library.processor_ = std::make_unique<sentencepiece::SentencePieceProcessor>();
    const std::string file = write_sentencepiece_model(given.model);
    require_memory(file.size() * kMemoryPerFileByte);
    const auto loaded = library.processor_->LoadFromSerializedProto(file);
    if (!loaded.ok()) {
      return model_invalid(std::string(kRefused) + ": " + quote_name(loaded.ToString()) +
                           "; copy the file again.");
    }
    ARGES_RETURN_IF_ERROR(library.check_agreement(given.model));
    library.ids_ = std::move(given.ids);
    library.unknown_ = unknown_piece(model);
    library.growth_ = model.growth;
    return library;
  });
}

// Our kinds decide what is markup, the library what text encodes to: a model that the two read in
// different ways could let text become markup.
Status SentencePieceLibrary::check_agreement(const SentencePieceModel& model) const {
  const int count = processor_->GetPieceSize();
  bool same = static_cast<std::size_t>(count) == model.pieces.size();
  for (int id = 0; same && id < count; ++id) {
    const SentencePiece& piece = model.pieces[static_cast<std::size_t>(id)];
    same = processor_->IdToPiece(id) == piece.text &&
           processor_->IsControl(id) == (piece.type == PieceType::kControl) &&
           processor_->IsUnknown(id) == (piece.type == PieceType::kUnknown) &&
           processor_->IsByte(id) == (piece.type == PieceType::kByte);
  }
  if (same) return {};
  return model_invalid(
      "The SentencePiece library reads other pieces from the model than Arges does; copy the file "
      "again.");
}

Status SentencePieceLibrary::encode(std::string_view text, std::vector<TokenId>& ids) const {
  const std::size_t before = ids.size();
  const Status status =
      guarded(StatusCode::kInternal, "The SentencePiece library failed", [&]() -> Status {
        require_memory((text.size() + 1) * growth_ * kMemoryPerTextByte);
        std::vector<int> found;
        const auto encoded = processor_->Encode(text, &found);
        if (!encoded.ok()) {
          return internal_error(
              "The SentencePiece library failed: " + quote_name(encoded.ToString()) + ".");
        }
        for (const int id : found) {
          const TokenId own = ids_[static_cast<std::size_t>(id)];
          const bool goes_on = own == kUnknownByte && !ids.empty() && ids.back() == unknown_;
          if (!goes_on) ids.push_back(own == kUnknownByte ? unknown_ : own);
        }
        return {};
      });
  if (!status.ok()) ids.resize(before);
  return status;
}

}  // namespace arges::language
