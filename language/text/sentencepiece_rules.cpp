// SPDX-License-Identifier: Apache-2.0
#include "language/text/sentencepiece_rules.h"

#include <cstddef>
#include <cstdint>

#include "language/text/utf8.h"

namespace arges::language {
namespace {

constexpr std::size_t kUnitBytes = 4;

std::uint32_t read_u32(std::string_view bytes, std::size_t at) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < kUnitBytes; ++i) {
    value |= static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[at + i])) << (8 * i);
  }
  return value;
}

// One unit of the trie: bit 31 marks a leaf, whose other bits are its value; a node has a flag for
// a leaf child and the distance to its children, which may be scaled by 256.
struct Unit {
  std::uint32_t bits;

  bool is_leaf() const { return bits >> 31 != 0; }
  bool has_leaf_child() const { return (bits >> 8 & 1) != 0; }
  std::uint32_t distance() const { return (bits >> 10) << ((bits & 0x200) >> 6); }
  std::uint32_t value() const { return bits & 0x7FFFFFFF; }
};

bool is_replacement(std::string_view texts, std::uint32_t at) {
  return at < texts.size() && (static_cast<unsigned char>(texts[at]) & 0xC0) != 0x80;
}

bool stays_inside(std::string_view trie, std::string_view texts) {
  const std::size_t count = trie.size() / kUnitBytes;
  for (std::size_t i = 0; i < count; ++i) {
    const Unit unit{read_u32(trie, i * kUnitBytes)};
    if (unit.is_leaf()) continue;
    // The child for byte b is at children ^ b.
    const std::size_t children = i ^ unit.distance();
    if ((children | 0xFF) >= count) return false;
    const Unit child{read_u32(trie, children * kUnitBytes)};
    if (unit.has_leaf_child() && !is_replacement(texts, child.value())) return false;
  }
  return true;
}

}  // namespace

Status check_normalization_rules(std::string_view rules) {
  const Status damaged =
      model_invalid("The SentencePiece model's normalization rules are damaged; copy it again.");
  if (rules.size() < kUnitBytes) return damaged;
  const std::size_t trie_size = read_u32(rules, 0);
  rules.remove_prefix(kUnitBytes);
  if (trie_size == 0 || trie_size >= rules.size() || trie_size % kUnitBytes != 0) return damaged;
  const std::string_view texts = rules.substr(trie_size);
  if (texts.back() != '\0' || utf8_valid_prefix(texts) != texts.size()) return damaged;
  return stays_inside(rules.substr(0, trie_size), texts) ? Status() : damaged;
}

}  // namespace arges::language
