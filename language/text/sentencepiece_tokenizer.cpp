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

// Text goes to the library in slices of about this many bytes.
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
  return normalized / model.growth;
}

class SentencePieceTokenizer final : public Tokenizer {
 public:
  SentencePieceTokenizer(SentencePieceLibrary library, const SentencePieceModel& model,
                         const TextLimits& limits);

  Result<std::unique_ptr<TextEncoding>> begin(std::string_view text) const override;
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
  class Encoding;

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

// Segment after segment, which typed space marks part, and each in slices that the library takes.
class SentencePieceTokenizer::Encoding final : public TextEncoding {
 public:
  Encoding(const SentencePieceTokenizer& tokenizer, std::string_view text)
      : tokenizer_(tokenizer), rest_(text) {}

  bool done() const override { return segment_.empty() && !mark_follows_ && rest_.empty(); }
  Status encode_slice(const StopCheck&, std::vector<TokenId>& ids) override {
    return guarded(StatusCode::kInternal, "The text cannot be encoded", [&]() -> Status {
      for (std::size_t bytes = 0; bytes < kSliceBytes && !done();) {
        if (!segment_.empty()) {
          ARGES_RETURN_IF_ERROR(encode_cut(ids, bytes));
        } else if (mark_follows_) {
          bytes += spell_mark(ids);
        } else {
          take_segment();
        }
      }
      return {};
    });
  }

 private:
  void take_segment() {
    const auto mark = tokenizer_.spells_marks() ? rest_.find(kSpaceMark) : std::string_view::npos;
    segment_ = rest_.substr(0, mark);
    mark_follows_ = mark != std::string_view::npos;
    rest_.remove_prefix(segment_.size() + (mark_follows_ ? kSpaceMark.size() : 0));
  }

  std::size_t spell_mark(std::vector<TokenId>& ids) {
    for (const char byte : kSpaceMark) {
      ids.push_back(tokenizer_.byte_ids_[static_cast<unsigned char>(byte)]);
    }
    mark_follows_ = false;
    return kSpaceMark.size();
  }

  Status encode_cut(std::vector<TokenId>& ids, std::size_t& bytes) {
    const auto slice = tokenizer_.cuts_.first(segment_, kSliceBytes);
    if (slice.length > tokenizer_.max_slice_) {
      return invalid_argument("The tokenizer must read " + std::to_string(slice.length) +
                              " bytes of the text at once and takes " +
                              std::to_string(tokenizer_.max_slice_) +
                              " at most; shorten the text or its longest run without a space.");
    }
    ARGES_RETURN_IF_ERROR(tokenizer_.library_.encode(segment_.substr(0, slice.length), ids));
    segment_.remove_prefix(slice.length + slice.skip);
    bytes += slice.length;
    return {};
  }

  const SentencePieceTokenizer& tokenizer_;
  std::string_view segment_;   // of the text, without typed marks
  bool mark_follows_ = false;  // behind the segment
  std::string_view rest_;      // behind that
};

Result<std::unique_ptr<TextEncoding>> SentencePieceTokenizer::begin(std::string_view text) const {
  using Begun = Result<std::unique_ptr<TextEncoding>>;
  return guarded(StatusCode::kInternal, "The text cannot be encoded", [&]() -> Begun {
    ARGES_RETURN_IF_ERROR(check_text(text, max_text_bytes_));
    return std::unique_ptr<TextEncoding>(std::make_unique<Encoding>(*this, text));
  });
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
