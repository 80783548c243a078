// SPDX-License-Identifier: Apache-2.0
#include "language/text/sentencepiece_tokenizer.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "kernels/base/guarded.h"
#include "language/text/byte_piece.h"
#include "language/text/sentencepiece_library.h"
#include "language/text/sentencepiece_model.h"
#include "language/text/text_cuts.h"
#include "language/text/utf8.h"

namespace arges::language {
namespace {

constexpr std::string_view kSpaceMark = "\xE2\x96\x81";    // '▁'
constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD

std::string with_spaces(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const bool mark = text.starts_with(kSpaceMark);
    out += mark ? ' ' : text.front();
    text.remove_prefix(mark ? kSpaceMark.size() : 1);
  }
  return out;
}

struct Piece {
  std::string bytes;
  TokenKind kind;
};

Piece decoded(const SentencePiece& piece) {
  switch (piece.type) {
    case PieceType::kControl:
      return {piece.text, TokenKind::kControl};
    case PieceType::kUnknown:
      return {std::string(kReplacement), TokenKind::kPlain};
    case PieceType::kByte:
      return {std::string(1, static_cast<char>(*byte_of_piece(piece.text))), TokenKind::kPlain};
    default:
      return {with_spaces(piece.text), TokenKind::kPlain};
  }
}

// Whether text comes back from its ids: no rule rewrites it, no space is dropped, every character
// has bytes to fall back on, a space its piece, and a '▁' that was typed is told from a space.
bool comes_back(const SentencePieceModel& model) {
  const bool has_space =
      std::any_of(model.pieces.begin(), model.pieces.end(), [](const SentencePiece& piece) {
        return piece.text == kSpaceMark &&
               (piece.type == PieceType::kNormal || piece.type == PieceType::kUserDefined);
      });
  return model.byte_fallback && model.rules.empty() && !model.drops_spaces &&
         !model.add_dummy_prefix && has_space;
}

// Text goes to the library in slices of about this many bytes, with a stop check before each.
constexpr std::size_t kSliceBytes = std::size_t{64} << 10;
// What one call may cost the library: bytes after normalization, and those times the longest piece,
// which its search may try at every byte. Each bounds a call to about a second.
constexpr std::size_t kMostNormalized = std::size_t{4} << 20;
constexpr std::size_t kMostSteps = std::size_t{1} << 28;

// The longest slice whose cost stays within those bounds.
std::size_t longest_slice(const SentencePieceModel& model) {
  std::size_t longest_piece = 1;
  for (const SentencePiece& piece : model.pieces) {
    longest_piece = std::max(longest_piece, piece.text.size());
  }
  const std::size_t normalized = std::min(kMostNormalized, kMostSteps / longest_piece);
  return normalized / (model.growth * kSpaceMarkBytes);  // a space becomes a mark
}

class SentencePieceTokenizer final : public Tokenizer {
 public:
  SentencePieceTokenizer(SentencePieceLibrary library, const SentencePieceModel& model,
                         const TextLimits& limits);

  Result<std::vector<TokenId>> encode(std::string_view text, const StopCheck& stop) const override;
  std::optional<std::string_view> token_bytes(TokenId id) const override {
    if (kind(id) == TokenKind::kAbsent) return std::nullopt;
    return pieces_[static_cast<std::size_t>(id)].bytes;
  }
  TokenKind kind(TokenId id) const override {
    if (id < 0 || id >= vocab_size()) return TokenKind::kAbsent;
    return pieces_[static_cast<std::size_t>(id)].kind;
  }
  std::optional<TokenId> control_token(std::string_view content) const override {
    const auto found = controls_.find(std::string(content));
    if (found == controls_.end()) return std::nullopt;
    return found->second;
  }
  TokenId vocab_size() const override { return static_cast<TokenId>(pieces_.size()); }
  TokenId base_vocab_size() const override { return vocab_size(); }
  bool adds_leading_space() const override { return adds_leading_space_; }
  bool keeps_text() const override { return keeps_text_; }

 private:
  Result<std::vector<TokenId>> encode_checked(std::string_view text, const StopCheck& stop) const;
  Status append(std::string_view text, const StopCheck& stop, std::vector<TokenId>& out) const;
  bool spells_marks() const { return has_all_bytes_ && !adds_leading_space_; }

  SentencePieceLibrary library_;
  TextCuts cuts_;
  std::vector<Piece> pieces_;
  std::map<std::string, TokenId, std::less<>> controls_;
  std::array<TokenId, 256> byte_ids_{};
  bool has_all_bytes_;
  bool adds_leading_space_;
  bool keeps_text_;
  std::size_t max_slice_;
  std::size_t max_text_bytes_;
};

SentencePieceTokenizer::SentencePieceTokenizer(SentencePieceLibrary library,
                                               const SentencePieceModel& model,
                                               const TextLimits& limits)
    : library_(std::move(library)),
      cuts_(model),
      has_all_bytes_(model.byte_fallback),
      adds_leading_space_(model.add_dummy_prefix),
      keeps_text_(comes_back(model)),
      max_slice_(longest_slice(model)),
      max_text_bytes_(limits.max_text_bytes) {
  for (const SentencePiece& piece : model.pieces) {
    const TokenId id = vocab_size();
    if (piece.type == PieceType::kControl) controls_.emplace(piece.text, id);
    if (piece.type == PieceType::kByte) byte_ids_[*byte_of_piece(piece.text)] = id;
    pieces_.push_back(decoded(piece));
  }
}

Status SentencePieceTokenizer::append(std::string_view text, const StopCheck& stop,
                                      std::vector<TokenId>& out) const {
  while (!text.empty()) {
    ARGES_RETURN_IF_ERROR(stop());
    const auto slice = cuts_.first(text, kSliceBytes);
    if (slice.length > max_slice_) {
      return invalid_argument("The tokenizer must read " + std::to_string(slice.length) +
                              " bytes of the text at once and takes " + std::to_string(max_slice_) +
                              " at most; shorten the text or its longest run without a space.");
    }
    ARGES_RETURN_IF_ERROR(library_.encode(text.substr(0, slice.length), out));
    text.remove_prefix(slice.length + slice.skip);
  }
  return {};
}

Result<std::vector<TokenId>> SentencePieceTokenizer::encode(std::string_view text,
                                                            const StopCheck& stop) const {
  return guarded(StatusCode::kInternal, "The text cannot be encoded",
                 [&] { return encode_checked(text, stop); });
}

Result<std::vector<TokenId>> SentencePieceTokenizer::encode_checked(std::string_view text,
                                                                    const StopCheck& stop) const {
  ARGES_RETURN_IF_ERROR(check_text(text, max_text_bytes_));
  std::vector<TokenId> ids;
  while (spells_marks()) {
    const std::size_t mark = text.find(kSpaceMark);
    if (mark == std::string_view::npos) break;
    ARGES_RETURN_IF_ERROR(append(text.substr(0, mark), stop, ids));
    for (const char byte : kSpaceMark) ids.push_back(byte_ids_[static_cast<unsigned char>(byte)]);
    text.remove_prefix(mark + kSpaceMark.size());
  }
  ARGES_RETURN_IF_ERROR(append(text, stop, ids));
  return ids;
}

}  // namespace

Result<std::unique_ptr<Tokenizer>> load_sentencepiece(std::string_view model,
                                                      const TextLimits& limits) {
  using Loaded = Result<std::unique_ptr<Tokenizer>>;
  return guarded(StatusCode::kModelInvalid, "The SentencePiece model cannot be read",
                 [&]() -> Loaded {
                   ARGES_ASSIGN_OR_RETURN(const auto read, read_sentencepiece_model(model, limits));
                   ARGES_ASSIGN_OR_RETURN(auto library, SentencePieceLibrary::load(read));
                   return std::unique_ptr<Tokenizer>(
                       std::make_unique<SentencePieceTokenizer>(std::move(library), read, limits));
                 });
}

}  // namespace arges::language
