// SPDX-License-Identifier: Apache-2.0
#include "language/text/sentencepiece_tokenizer.h"

#include <sentencepiece_processor.h>

#include <array>
#include <string>
#include <unordered_map>
#include <vector>

#include "kernels/base/quote_name.h"
#include "language/text/sentencepiece_model.h"
#include "language/text/utf8.h"

namespace arges::language {
namespace {

constexpr std::string_view kSpaceMark = "\xE2\x96\x81";    // '▁'
constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD

// "<0x1F>" to one byte; nullopt when the piece is written in another way.
std::optional<std::string> byte_of_piece(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  if (text.size() != 6 || !text.starts_with("<0x") || text[5] != '>') return std::nullopt;
  const std::size_t high = kDigits.find(text[3]);
  const std::size_t low = kDigits.find(text[4]);
  if (high == std::string_view::npos || low == std::string_view::npos) return std::nullopt;
  return std::string(1, static_cast<char>(high * 16 + low));
}

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

class SentencePieceTokenizer final : public Tokenizer {
 public:
  static Result<std::unique_ptr<Tokenizer>> create(std::string_view bytes,
                                                   const SentencePieceModel& model,
                                                   const TextLimits& limits);

  Result<std::vector<TokenId>> encode(std::string_view text) const override;
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
  Status add_piece(const SentencePiece& piece);
  // MODEL_INVALID unless the library read the same pieces as we did.
  Status check_agreement(const SentencePieceModel& model) const;
  Status append(std::string_view text, std::vector<TokenId>& out) const;
  bool spells_marks() const { return has_all_bytes_ && !adds_leading_space_; }

  sentencepiece::SentencePieceProcessor processor_;
  std::vector<Piece> pieces_;
  std::unordered_map<std::string, TokenId> controls_;
  std::array<TokenId, 256> byte_ids_{};
  bool has_all_bytes_ = false;
  bool adds_leading_space_ = false;
  bool keeps_text_ = false;
  std::size_t max_text_bytes_ = 0;
};

Status SentencePieceTokenizer::add_piece(const SentencePiece& piece) {
  const auto id = vocab_size();
  switch (piece.type) {
    case PieceType::kControl:
      controls_.emplace(piece.text, id);
      pieces_.push_back({piece.text, TokenKind::kControl});
      return {};
    case PieceType::kUnknown:
      pieces_.push_back({std::string(kReplacement), TokenKind::kPlain});
      return {};
    case PieceType::kByte: {
      auto byte = byte_of_piece(piece.text);
      if (!byte)
        return model_invalid("The byte piece " + quote_name(piece.text) + " is not like <0x1F>.");
      byte_ids_[static_cast<unsigned char>(byte->front())] = id;
      pieces_.push_back({std::move(*byte), TokenKind::kPlain});
      return {};
    }
    default:
      pieces_.push_back({with_spaces(piece.text), TokenKind::kPlain});
      return {};
  }
}

// Our kinds decide what is markup, the library what text encodes to: a file that the two read in
// different ways could let text become markup.
Status SentencePieceTokenizer::check_agreement(const SentencePieceModel& model) const {
  bool same = processor_.GetPieceSize() == vocab_size();
  for (TokenId id = 0; same && id < vocab_size(); ++id) {
    const SentencePiece& piece = model.pieces[static_cast<std::size_t>(id)];
    same = processor_.IdToPiece(id) == piece.text &&
           processor_.IsControl(id) == (piece.type == PieceType::kControl) &&
           processor_.IsUnknown(id) == (piece.type == PieceType::kUnknown) &&
           processor_.IsByte(id) == (piece.type == PieceType::kByte);
  }
  if (same) return {};
  return model_invalid(
      "The SentencePiece library reads other pieces from the model than Arges does; copy the file "
      "again.");
}

Result<std::unique_ptr<Tokenizer>> SentencePieceTokenizer::create(std::string_view bytes,
                                                                  const SentencePieceModel& model,
                                                                  const TextLimits& limits) {
  auto tokenizer = std::make_unique<SentencePieceTokenizer>();
  for (const SentencePiece& piece : model.pieces) {
    ARGES_RETURN_IF_ERROR(tokenizer->add_piece(piece));
  }
  const auto loaded = tokenizer->processor_.LoadFromSerializedProto(bytes);
  if (!loaded.ok()) {
    return model_invalid("The SentencePiece library refuses the model: " +
                         quote_name(loaded.ToString()) + "; copy the file again.");
  }
  ARGES_RETURN_IF_ERROR(tokenizer->check_agreement(model));
  tokenizer->has_all_bytes_ = model.byte_fallback;  // the library checks that all 256 are there
  tokenizer->adds_leading_space_ = model.add_dummy_prefix;
  // Without a piece for every byte, a run of unknown characters becomes one piece.
  tokenizer->keeps_text_ = model.byte_fallback && !model.rewrites_text && !model.drops_spaces;
  tokenizer->max_text_bytes_ = limits.max_text_bytes;
  return std::unique_ptr<Tokenizer>(std::move(tokenizer));
}

Status SentencePieceTokenizer::append(std::string_view text, std::vector<TokenId>& out) const {
  std::vector<int> ids;
  const auto encoded = processor_.Encode(text, &ids);
  if (!encoded.ok())
    return internal_error("SentencePiece failed: " + quote_name(encoded.ToString()) + ".");
  out.insert(out.end(), ids.begin(), ids.end());
  return {};
}

Result<std::vector<TokenId>> SentencePieceTokenizer::encode(std::string_view text) const {
  ARGES_RETURN_IF_ERROR(check_text(text, max_text_bytes_));
  std::vector<TokenId> ids;
  while (spells_marks()) {
    const std::size_t mark = text.find(kSpaceMark);
    if (mark == std::string_view::npos) break;
    ARGES_RETURN_IF_ERROR(append(text.substr(0, mark), ids));
    for (const char byte : kSpaceMark) ids.push_back(byte_ids_[static_cast<unsigned char>(byte)]);
    text.remove_prefix(mark + kSpaceMark.size());
  }
  ARGES_RETURN_IF_ERROR(append(text, ids));
  return ids;
}

}  // namespace

Result<std::unique_ptr<Tokenizer>> load_sentencepiece(std::string_view model,
                                                      const TextLimits& limits) {
  ARGES_ASSIGN_OR_RETURN(const auto read, read_sentencepiece_model(model, limits));
  return SentencePieceTokenizer::create(model, read, limits);
}

}  // namespace arges::language
