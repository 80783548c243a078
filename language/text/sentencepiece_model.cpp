// SPDX-License-Identifier: Apache-2.0
#include "language/text/sentencepiece_model.h"

#include <array>
#include <bit>
#include <cmath>
#include <optional>
#include <unordered_set>

#include "kernels/base/quote_name.h"
#include "language/text/sentencepiece_rules.h"
#include "language/text/utf8.h"
#include "language/text/wire_reader.h"

namespace arges::language {
namespace {

// Field numbers of sentencepiece_model.proto, the ones that matter here.
enum ModelField : std::uint32_t { kPieces = 1, kTrainer = 2, kNormalizer = 3, kDenormalizer = 5 };
enum PieceField : std::uint32_t { kText = 1, kScore = 2, kType = 3 };
enum TrainerField : std::uint32_t { kModelType = 3, kSpaceSuffix = 24, kByteFallback = 35 };
enum NormalizerField : std::uint32_t {
  kCharsMap = 2,
  kDummyPrefix = 3,
  kDropSpaces = 4,
  kEscapeSpaces = 5
};

constexpr std::array<KnownField, 4> kModelFields{{{kPieces, WireType::kDelimited},
                                                  {kTrainer, WireType::kDelimited},
                                                  {kNormalizer, WireType::kDelimited},
                                                  {kDenormalizer, WireType::kDelimited}}};
constexpr std::array<KnownField, 3> kPieceFields{
    {{kText, WireType::kDelimited}, {kScore, WireType::kFixed32}, {kType, WireType::kVarint}}};
constexpr std::array<KnownField, 3> kTrainerFields{{{kModelType, WireType::kVarint},
                                                    {kSpaceSuffix, WireType::kVarint},
                                                    {kByteFallback, WireType::kVarint}}};
constexpr std::array<KnownField, 4> kNormalizerFields{{{kCharsMap, WireType::kDelimited},
                                                       {kDummyPrefix, WireType::kVarint},
                                                       {kDropSpaces, WireType::kVarint},
                                                       {kEscapeSpaces, WireType::kVarint}}};

constexpr std::uint64_t kUnigramModel = 1;
constexpr std::uint64_t kBpeModel = 2;

Status damaged() {
  return model_invalid(
      "The SentencePiece model is damaged or another kind of file; copy it again.");
}

Status check_piece(const SentencePiece& piece, std::size_t id, const TextLimits& limits) {
  const std::string name = "The SentencePiece model's piece " + std::to_string(id);
  if (piece.text.empty() || piece.text.size() > limits.max_token_bytes ||
      utf8_valid_prefix(piece.text) != piece.text.size()) {
    return model_invalid(name + " is empty, longer than " + std::to_string(limits.max_token_bytes) +
                         " bytes or not UTF-8.");
  }
  std::size_t first = 0;
  next_code_point(piece.text, first);
  if (piece.type == PieceType::kControl && first == piece.text.size()) {
    return model_invalid(name + " is a control piece of one character, which text could contain.");
  }
  return {};
}

Result<SentencePiece> read_piece(std::string_view bytes) {
  SentencePiece piece;
  WireReader reader(bytes, kPieceFields);
  while (const auto field = reader.next()) {
    if (field->number == kText) piece.text = std::string(field->bytes);
    if (field->number == kScore &&
        !std::isfinite(std::bit_cast<float>(static_cast<std::uint32_t>(field->value)))) {
      return damaged();
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
    if (field->number == kModelType && field->value != kUnigramModel && field->value != kBpeModel) {
      return unsupported("The SentencePiece model is neither a unigram nor a BPE model.");
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
    if (field->number == kCharsMap && !field->bytes.empty()) {
      model.rewrites_text = true;
      ARGES_RETURN_IF_ERROR(check_normalization_rules(field->bytes));
    }
    if (field->number == kDropSpaces) model.drops_spaces = field->value != 0;
    if (field->number == kDummyPrefix) model.add_dummy_prefix = field->value != 0;
    if (field->number == kEscapeSpaces && field->value == 0) {
      return unsupported("The SentencePiece model does not escape white space.");
    }
  }
  return reader.ok() ? Status() : damaged();
}

Status read_field(const WireField& field, const TextLimits& limits, SentencePieceModel& model) {
  if (field.number == kTrainer) return read_trainer(field.bytes, model);
  if (field.number == kNormalizer) return read_normalizer(field.bytes, model);
  if (field.number == kDenormalizer) {
    SentencePieceModel ignored;
    return read_normalizer(field.bytes, ignored);
  }
  if (field.number != kPieces) return {};
  if (model.pieces.size() >= limits.max_vocabulary) {
    return model_invalid("The SentencePiece model has more than " +
                         std::to_string(limits.max_vocabulary) + " pieces.");
  }
  ARGES_ASSIGN_OR_RETURN(auto piece, read_piece(field.bytes));
  ARGES_RETURN_IF_ERROR(check_piece(piece, model.pieces.size(), limits));
  model.pieces.push_back(std::move(piece));
  return {};
}

Status check_unique(const SentencePieceModel& model) {
  std::unordered_set<std::string_view> seen;
  for (const SentencePiece& piece : model.pieces) {
    if (!seen.insert(piece.text).second) {
      return model_invalid("The SentencePiece model has the piece " + quote_name(piece.text) +
                           " twice.");
    }
  }
  return {};
}

}  // namespace

Result<SentencePieceModel> read_sentencepiece_model(std::string_view bytes,
                                                    const TextLimits& limits) {
  if (bytes.empty() || bytes.size() > limits.max_tokenizer_bytes) {
    return model_invalid("The SentencePiece model must have 1 to " +
                         std::to_string(limits.max_tokenizer_bytes) + " bytes.");
  }
  SentencePieceModel model;
  WireReader reader(bytes, kModelFields);
  while (const auto field = reader.next()) {
    ARGES_RETURN_IF_ERROR(read_field(*field, limits, model));
  }
  if (!reader.ok() || model.pieces.empty()) return damaged();
  ARGES_RETURN_IF_ERROR(check_unique(model));
  return model;
}

}  // namespace arges::language
