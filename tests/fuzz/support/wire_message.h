// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace arges::fuzz {

// One field of a protocol-buffers message, written by itself so that the mutator does not depend on
// the reader that it tests.
struct WireField {
  std::uint32_t number = 0;
  int type = 2;  // 0 varint, 1 fixed 64, 2 delimited, 5 fixed 32
  std::uint64_t value = 0;
  std::string bytes;
};
using WireMessage = std::vector<WireField>;

// Fields up to the first damage.
WireMessage parse_wire(std::string_view bytes);
std::string write_wire(const WireMessage& message);

// The last field of that number, or nullptr.
const WireField* find_field(const WireMessage& message, std::uint32_t number);
// The last field of that number; appended where there is none.
WireField& field_of(WireMessage& message, std::uint32_t number, int type);

// Field numbers of sentencepiece_model.proto.
namespace spm {
inline constexpr std::uint32_t kPiece = 1, kTrainer = 2, kNormalizer = 3, kSelfTest = 4,
                               kDenormalizer = 5;
inline constexpr std::uint32_t kPieceText = 1, kPieceScore = 2, kPieceType = 3;
inline constexpr std::uint32_t kModelType = 3, kByteFallback = 35, kUnknownSurface = 44;
inline constexpr std::uint32_t kRules = 2, kDummyPrefix = 3, kDropSpaces = 4, kEscapeSpaces = 5;
inline constexpr std::uint32_t kSample = 1, kSampleInput = 1, kSampleExpected = 2;
// Fields that no reader knows carry what the target is to encode, so that an input stays a model
// file: a text, and how many times it stands.
inline constexpr std::uint32_t kProbeText = 9990, kProbeRepeats = 9991;
// Types of pieces.
inline constexpr std::uint64_t kNormal = 1, kUnknown = 2, kControl = 3, kUserDefined = 4, kByte = 6;
}  // namespace spm

}  // namespace arges::fuzz
