// SPDX-License-Identifier: Apache-2.0
#include "language/text/sentencepiece_model.h"

#include <algorithm>
#include <array>
#include <bit>
#include <bitset>
#include <cmath>
#include <optional>

#include "kernels/base/quote_name.h"
#include "language/text/bounded_map.h"
#include "language/text/byte_piece.h"
#include "language/text/sentencepiece_rules.h"
#include "language/text/utf8.h"
#include "language/text/wire_reader.h"
#include "language/text/wire_writer.h"

namespace arges::language {
namespace {

// Field numbers of sentencepiece_model.proto, the ones that matter here.
enum ModelField : std::uint32_t { kPieces = 1, kTrainer = 2, kNormalizer = 3 };
enum PieceField : std::uint32_t { kText = 1, kScore = 2, kType = 3 };
enum TrainerField : std::uint32_t { kModelType = 3, kSpaceSuffix = 24, kByteFallback = 35 };
enum NormalizerField : std::uint32_t {
  kCharsMap = 2,
  kDummyPrefix = 3,
  kDropSpaces = 4,
  kEscapeSpaces = 5
};

constexpr std::array<KnownField, 3> kModelFields{{{kPieces, WireType::kDelimited},
                                                  {kTrainer, WireType::kDelimited},
                                                  {kNormalizer, WireType::kDelimited}}};
constexpr std::array<KnownField, 3> kPieceFields{
    {{kText, WireType::kDelimited}, {kScore, WireType::kFixed32}, {kType, WireType::kVarint}}};
constexpr std::array<KnownField, 3> kTrainerFields{{{kModelType, WireType::kVarint},
                                                    {kSpaceSuffix, WireType::kVarint},
                                                    {kByteFallback, WireType::kVarint}}};
constexpr std::array<KnownField, 4> kNormalizerFields{{{kCharsMap, WireType::kDelimited},
                                                       {kDummyPrefix, WireType::kVarint},
                                                       {kDropSpaces, WireType::kVarint},
                                                       {kEscapeSpaces, WireType::kVarint}}};

constexpr std::size_t kMostPrefixes = 64;  // room in SentencePiece's prefix matcher
constexpr std::ptrdiff_t kMostUnused = 128;

Status damaged() {
  return model_invalid(
      "The SentencePiece model is damaged or another kind of file; copy it again.");
}

// Pieces that text can name; the others are reserved.
bool is_text(PieceType type) {
  return type == PieceType::kNormal || type == PieceType::kUserDefined ||
         type == PieceType::kUnused;
}

Status bad_piece(std::size_t id, const std::string& problem) {
  return model_invalid("The SentencePiece model's piece " + std::to_string(id) + problem);
}

Status check_piece(const SentencePiece& piece, std::size_t id, const TextLimits& limits) {
  if (piece.text.empty() || piece.text.size() > limits.max_token_bytes ||
      piece.text.find('\0') != std::string::npos ||
      utf8_valid_prefix(piece.text) != piece.text.size()) {
    return bad_piece(id, " is empty, longer than " + std::to_string(limits.max_token_bytes) +
                             " bytes, not UTF-8 or has a NUL.");
  }
  std::size_t first = 0;
  next_code_point(piece.text, first);
  if (piece.type == PieceType::kControl && first == piece.text.size()) {
    return bad_piece(id, " is a control piece of one character, which text could contain.");
  }
  return {};
}

Result<SentencePiece> read_piece(std::string_view bytes) {
  SentencePiece piece;
  WireReader reader(bytes, kPieceFields);
  while (const auto field = reader.next()) {
    if (field->number == kText) piece.text = std::string(field->bytes);
    if (field->number == kScore) {
      piece.score = std::bit_cast<float>(static_cast<std::uint32_t>(field->value));
      if (!std::isfinite(piece.score)) return damaged();
    }
    if (field->number != kType) continue;
    if (field->value < 1 || field->value > 6) return damaged();
    piece.type = static_cast<PieceType>(field->value);
  }
  if (!reader.ok()) return damaged();
  return piece;
}

Status read_trainer(std::string_view bytes, SentencePieceModel& model) {
  WireReader reader(bytes, kTrainerFields);
  while (const auto field = reader.next()) {
    if (field->number == kModelType) {
      if (field->value != 1 && field->value != 2) {
        return unsupported("The SentencePiece model is neither a unigram nor a BPE model.");
      }
      model.search = static_cast<PieceSearch>(field->value);
    }
    if (field->number == kSpaceSuffix && field->value != 0) {
      return unsupported("The SentencePiece model treats white space as a suffix.");
    }
    if (field->number == kByteFallback) model.byte_fallback = field->value != 0;
  }
  return reader.ok() ? Status() : damaged();
}

Status read_normalizer(std::string_view bytes, SentencePieceModel& model) {
  WireReader reader(bytes, kNormalizerFields);
  while (const auto field = reader.next()) {
    if (field->number == kCharsMap) model.rules = std::string(field->bytes);
    if (field->number == kDropSpaces) model.drops_spaces = field->value != 0;
    if (field->number == kDummyPrefix) model.add_dummy_prefix = field->value != 0;
    if (field->number == kEscapeSpaces && field->value == 0) {
      return unsupported("The SentencePiece model does not escape white space.");
    }
  }
  if (!reader.ok()) return damaged();
  if (model.rules.empty()) return {};
  ARGES_ASSIGN_OR_RETURN(model.growth, check_normalization_rules(model.rules));
  return {};
}

// The denormalizer, the self test and everything else in the file play no part in encoding.
Status read_field(const WireField& field, const TextLimits& limits, SentencePieceModel& model) {
  if (field.number == kTrainer) return read_trainer(field.bytes, model);
  if (field.number == kNormalizer) return read_normalizer(field.bytes, model);
  if (field.number != kPieces) return {};
  if (model.pieces.size() >= limits.max_vocabulary) {
    return model_invalid("The SentencePiece model has more than " +
                         std::to_string(limits.max_vocabulary) + " pieces.");
  }
  ARGES_ASSIGN_OR_RETURN(auto piece, read_piece(field.bytes));
  ARGES_RETURN_IF_ERROR(check_piece(piece, model.pieces.size(), limits));
  model.piece_bytes += piece.text.size();
  if (model.piece_bytes > limits.max_piece_bytes) {
    return model_invalid("The SentencePiece model's pieces have more than " +
                         std::to_string(limits.max_piece_bytes) + " bytes in all.");
  }
  model.pieces.push_back(std::move(piece));
  return {};
}

Status crowded() {
  return model_invalid("The SentencePiece model has too many pieces that share a hash.");
}

}  // namespace

Status check_piece_tables(const SentencePieceModel& model) {
  using Index = BoundedMap<std::string_view, std::size_t, TextHash>;
  Index named;
  Index reserved;
  for (std::size_t id = 0; id < model.pieces.size(); ++id) {
    const SentencePiece& piece = model.pieces[id];
    Index& own = is_text(piece.type) ? named : reserved;
    Index& other = is_text(piece.type) ? reserved : named;
    const Index::Added added = own.add(std::string_view(piece.text), id);
    if (added == Index::Added::kCrowded) return crowded();
    if (added == Index::Added::kTaken || other.find(std::string_view(piece.text)) != nullptr) {
      return model_invalid("The SentencePiece model has the piece " + quote_name(piece.text) +
                           " twice.");
    }
  }
  return {};
}

namespace {

// How the library's BPE splits an unused piece it remembers in a table that a text fills.
Status check_unused_pieces(const SentencePieceModel& model) {
  const auto count =
      std::count_if(model.pieces.begin(), model.pieces.end(),
                    [](const SentencePiece& piece) { return piece.type == PieceType::kUnused; });
  if (model.search == PieceSearch::kUnigram || count <= kMostUnused) return {};
  return unsupported("The SentencePiece model has " + std::to_string(count) +
                     " unused pieces; at most " + std::to_string(kMostUnused) +
                     " are supported in a BPE model.");
}

Status check_unknown_piece(const SentencePieceModel& model) {
  const auto count =
      std::count_if(model.pieces.begin(), model.pieces.end(),
                    [](const SentencePiece& piece) { return piece.type == PieceType::kUnknown; });
  if (count == 1) return {};
  return model_invalid("The SentencePiece model must have one unknown piece and has " +
                       std::to_string(count) + ".");
}

// With byte fallback all 256 byte pieces are there. Without it none is, and no other piece is
// written like one: the library is then given byte pieces of our own.
Status check_byte_pieces(const SentencePieceModel& model) {
  std::bitset<256> found;
  for (const SentencePiece& piece : model.pieces) {
    const auto byte = byte_of_piece(piece.text);
    const bool is_byte = piece.type == PieceType::kByte;
    if (is_byte && !byte) {
      return model_invalid("The byte piece " + quote_name(piece.text) + " is not like <0x1F>.");
    }
    if (byte && (is_byte || !model.byte_fallback)) found.set(*byte);
  }
  if (model.byte_fallback ? found.all() : found.none()) return {};
  return model_invalid(
      "The SentencePiece model's byte pieces do not fit its byte fallback; copy the file again.");
}

// At most as many user-defined pieces are prefixes of one text as the library has room for.
Status check_prefixes(const SentencePieceModel& model) {
  std::vector<std::string_view> defined;
  for (const SentencePiece& piece : model.pieces) {
    if (piece.type == PieceType::kUserDefined) defined.push_back(piece.text);
  }
  std::sort(defined.begin(), defined.end());
  std::vector<std::string_view> chain;  // pieces that begin each other, up to the one in hand
  for (const std::string_view piece : defined) {
    while (!chain.empty() && !piece.starts_with(chain.back())) chain.pop_back();
    chain.push_back(piece);
    if (chain.size() <= kMostPrefixes) continue;
    return model_invalid("The SentencePiece model has more than " + std::to_string(kMostPrefixes) +
                         " user-defined pieces that begin each other.");
  }
  return {};
}

}  // namespace

Result<SentencePieceModel> read_sentencepiece_model(std::string_view bytes,
                                                    const TextLimits& limits) {
  if (bytes.empty() || bytes.size() > limits.max_sentencepiece_bytes) {
    return model_invalid("The SentencePiece model must have 1 to " +
                         std::to_string(limits.max_sentencepiece_bytes) + " bytes.");
  }
  SentencePieceModel model;
  WireReader reader(bytes, kModelFields);
  while (const auto field = reader.next()) {
    ARGES_RETURN_IF_ERROR(read_field(*field, limits, model));
  }
  if (!reader.ok() || model.pieces.empty()) return damaged();
  ARGES_RETURN_IF_ERROR(check_unknown_piece(model));
  ARGES_RETURN_IF_ERROR(check_byte_pieces(model));
  ARGES_RETURN_IF_ERROR(check_prefixes(model));
  ARGES_RETURN_IF_ERROR(check_unused_pieces(model));
  return model;
}

std::string write_sentencepiece_model(const SentencePieceModel& model) {
  WireWriter file;
  WireWriter message;
  for (const SentencePiece& piece : model.pieces) {
    message.clear();
    message.delimited(kText, piece.text);
    message.fixed32(kScore, std::bit_cast<std::uint32_t>(piece.score));
    message.varint(kType, static_cast<std::uint64_t>(piece.type));
    file.delimited(kPieces, message.bytes());
  }
  message.clear();
  message.varint(kModelType, static_cast<std::uint64_t>(model.search));
  message.varint(kByteFallback, model.byte_fallback ? 1 : 0);
  file.delimited(kTrainer, message.bytes());
  message.clear();
  message.delimited(kCharsMap, model.rules);
  message.varint(kDummyPrefix, model.add_dummy_prefix ? 1 : 0);
  message.varint(kDropSpaces, model.drops_spaces ? 1 : 0);
  message.varint(kEscapeSpaces, 1);
  file.delimited(kNormalizer, message.bytes());
  return file.bytes();
}

}  // namespace arges::language
