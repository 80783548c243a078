// SPDX-License-Identifier: Apache-2.0
#include "language/text/sentencepiece_library.h"

#include <sentencepiece_processor.h>

#include <new>
#include <string>

#include "kernels/base/guarded.h"
#include "kernels/base/quote_name.h"
#include "language/text/byte_piece.h"

namespace arges::language {
namespace {

// A model without byte fallback gets byte pieces behind its own. The library joins unknown
// characters into one piece by copying the run anew for each, which costs n^2; bytes it appends.
// That changes no other id: byte pieces take no part in its search for pieces.
SentencePieceModel with_byte_fallback(const SentencePieceModel& model) {
  SentencePieceModel out = model;
  if (model.byte_fallback) return out;
  out.byte_fallback = true;
  for (int byte = 0; byte < 256; ++byte) {
    out.pieces.push_back({piece_of_byte(static_cast<unsigned char>(byte)), 0, PieceType::kByte});
  }
  return out;
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
    const SentencePieceModel given = with_byte_fallback(model);
    library.processor_ = std::make_unique<sentencepiece::SentencePieceProcessor>();
    const std::string file = write_sentencepiece_model(given);
    require_memory(file.size() * kMemoryPerFileByte);
    const auto loaded = library.processor_->LoadFromSerializedProto(file);
    if (!loaded.ok()) {
      return model_invalid(std::string(kRefused) + ": " + quote_name(loaded.ToString()) +
                           "; copy the file again.");
    }
    ARGES_RETURN_IF_ERROR(library.check_agreement(given));
    library.pieces_ = static_cast<TokenId>(model.pieces.size());
    library.unknown_ = library.processor_->unk_id();
    library.growth_ = kSpaceMarkBytes * model.growth;
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
          const bool unknown = id >= pieces_;
          if (!unknown || ids.empty() || ids.back() != unknown_) {
            ids.push_back(unknown ? unknown_ : id);
          }
        }
        return {};
      });
  if (!status.ok()) ids.resize(before);
  return status;
}

}  // namespace arges::language
