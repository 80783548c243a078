// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace arges::language::testing {

// Writes compiled normalization rules by hand: a double-array trie in which every node has 256
// units of its own for its children, and the texts behind it. Tests add what no compiler would.
class RuleTrie {
 public:
  RuleTrie() { units_.resize(kBlock, kUnused); }

  // `key`, when a text has it, becomes `replacement`.
  void add(std::string_view key, std::string_view replacement) {
    std::uint32_t node = 0;
    for (const char byte : key) node = child(node, static_cast<unsigned char>(byte));
    units_[children(node)] = 1u << 31 | static_cast<std::uint32_t>(texts_.size());
    units_[node] |= 1u << 8;
    texts_ += replacement;
    texts_ += '\0';
  }
  // The bits of the node that `key` leads to.
  std::uint32_t& node(std::string_view key) {
    std::uint32_t node = 0;
    for (const char byte : key) node = child(node, static_cast<unsigned char>(byte));
    return units_[node];
  }
  // Makes the children of one node those of another, which may be its own ancestor.
  void share_children(std::string_view key, std::string_view other) {
    const std::uint32_t of = find(key);
    link(of, children(find(other)));
  }

  std::string serialize() const {
    std::string out = word(static_cast<std::uint32_t>(units_.size() * 4));
    for (const std::uint32_t unit : units_) out += word(unit);
    return out + texts_;
  }

 private:
  static constexpr std::uint32_t kBlock = 256;
  static constexpr std::uint32_t kUnused = 1u << 31;  // a leaf, which no byte leads to

  static std::string word(std::uint32_t value) {
    std::string out;
    for (unsigned shift = 0; shift < 32; shift += 8) out += static_cast<char>(value >> shift);
    return out;
  }
  std::uint32_t find(std::string_view key) {
    std::uint32_t node = 0;
    for (const char byte : key) node = child(node, static_cast<unsigned char>(byte));
    return node;
  }
  std::uint32_t children(std::uint32_t node) const { return node ^ units_[node] >> 10; }
  void link(std::uint32_t node, std::uint32_t base) {
    units_[node] = (units_[node] & 0x1FF) | (node ^ base) << 10;
  }
  std::uint32_t child(std::uint32_t node, std::uint32_t byte) {
    if (units_[node] >> 10 == 0 || units_[node] == kUnused) {
      if (units_[node] == kUnused) units_[node] = 0;
      const auto base = static_cast<std::uint32_t>(units_.size());
      units_.resize(units_.size() + kBlock, kUnused);
      link(node, base);
    }
    const std::uint32_t at = children(node) ^ byte;
    if (units_[at] == kUnused) {
      units_[at] = byte;
      const auto base = static_cast<std::uint32_t>(units_.size());
      units_.resize(units_.size() + kBlock, kUnused);
      link(at, base);
    }
    return at;
  }

  std::vector<std::uint32_t> units_;
  std::string texts_;
};

}  // namespace arges::language::testing
