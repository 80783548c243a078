// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <string>

#include "sdk/runtime/model.h"

namespace arges::sdk::snapshot {

// The file of a saved session; the README of this folder tables it. Numbers are little-endian, as
// they lie in memory.
static_assert(std::endian::native == std::endian::little, "files hold numbers as memory does");

constexpr std::array<char, 8> kMagic = {'A', 'R', 'G', 'E', 'S', 'S', 'E', 'S'};
// A change that an older reader would read wrongly gets the next number.
constexpr std::uint32_t kVersion = 1;

// What every version begins with.
struct Header {
  std::array<char, 8> magic = kMagic;
  std::uint32_t version = kVersion;
  std::uint32_t reserved = 0;
  std::uint64_t model_digest = 0;
};
static_assert(sizeof(Header) == 24);

enum class ImageKind : std::uint64_t { kFile = 1, kPixels = 2 };

// What the bits of a sequence depend on, beside model, tokens and cuts.
inline std::string sequence_format(const Model& model) {
  const ModelFacts& facts = model.facts();
  return facts.device + "|" + facts.instruction_set + "|" + facts.weight_format + "|" +
         std::to_string(model.block_tokens());
}
constexpr std::uint64_t kMaxFormatBytes = 256;

}  // namespace arges::sdk::snapshot
