// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/support/rule_table.h"

#include <algorithm>
#include <map>
#include <set>

namespace arges::fuzz {
namespace {

constexpr std::uint32_t kLeaf = std::uint32_t{1} << 31;
constexpr std::uint32_t kHasLeaf = std::uint32_t{1} << 8;
constexpr std::size_t kBlock = 256;  // children of one unit lie in one block

std::uint32_t read_unit(std::string_view bytes, std::size_t at) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    value |= static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[at + i])) << (8 * i);
  }
  return value;
}

void append_unit(std::uint32_t unit, std::string& out) {
  for (int i = 0; i < 4; ++i) out += static_cast<char>(unit >> (8 * i));
}

struct Node {
  std::map<unsigned char, std::size_t> children;
  std::int64_t value = -1;
};

// Places the nodes of a plain trie into units; a node's child for byte b lies at base ^ b.
class Placer {
 public:
  explicit Placer(const std::vector<Node>& nodes) : nodes_(nodes) {
    grow();
    take(0);
    place(0, 0);
  }
  const std::vector<std::uint32_t>& units() const { return units_; }

 private:
  void grow() { units_.resize(units_.size() + kBlock, kUnusedUnit); }

  void take(std::size_t at) {
    taken_.insert(at);
    units_[at] = 0;
  }

  std::vector<std::size_t> labels(const Node& node) const {
    std::vector<std::size_t> out;
    if (node.value >= 0) out.push_back(0);
    for (const auto& [byte, child] : node.children) out.push_back(byte);
    return out;
  }

  std::size_t free_base(const std::vector<std::size_t>& labels) {
    for (std::size_t base = 1;; ++base) {
      if (base >= units_.size()) grow();
      // Nodes that shared a base would share their children.
      const bool fits = !bases_.contains(base) &&
                        std::none_of(labels.begin(), labels.end(), [&](std::size_t label) {
                          return taken_.contains(base ^ label);
                        });
      if (fits) return base;
    }
  }

  void place(std::size_t node_index, std::size_t at) {
    const Node& node = nodes_[node_index];
    const std::vector<std::size_t> bytes = labels(node);
    if (bytes.empty()) return;
    const std::size_t base = free_base(bytes);
    bases_.insert(base);
    for (const std::size_t byte : bytes) take(base ^ byte);
    units_[at] |= static_cast<std::uint32_t>(at ^ base) << 10;
    if (node.value >= 0) {
      units_[at] |= kHasLeaf;
      units_[base] = kLeaf | static_cast<std::uint32_t>(node.value);
    }
    for (const auto& [byte, child] : node.children) {
      units_[base ^ byte] |= byte;
      place(child, base ^ byte);
    }
  }

  const std::vector<Node>& nodes_;
  std::vector<std::uint32_t> units_;
  std::set<std::size_t> taken_;  // units
  std::set<std::size_t> bases_;
};

void add_rule(const std::string& key, std::size_t value, std::vector<Node>& nodes) {
  std::size_t node = 0;
  for (const char c : key) {
    const auto [child, is_new] =
        nodes[node].children.try_emplace(static_cast<unsigned char>(c), nodes.size());
    node = child->second;
    if (is_new) nodes.emplace_back();
  }
  if (nodes[node].value < 0) nodes[node].value = static_cast<std::int64_t>(value);
}

std::string table_of(const std::vector<std::uint32_t>& units, std::string_view texts) {
  std::string out;
  append_unit(static_cast<std::uint32_t>(units.size() * 4), out);
  for (const std::uint32_t unit : units) append_unit(unit, out);
  return out.append(texts);
}

std::string_view texts_of(std::string_view table) {
  if (table.size() < 4) return {};
  const std::size_t trie = read_unit(table, 0);
  return trie + 4 <= table.size() ? table.substr(trie + 4) : std::string_view();
}

class Walker {
 public:
  Walker(std::vector<std::uint32_t> units, std::string_view texts)
      : units_(std::move(units)), texts_(texts) {}

  Rules rules() {
    if (!units_.empty()) visit(0);
    return std::move(rules_);
  }

 private:
  static std::size_t distance(std::uint32_t unit) {
    return std::size_t{unit >> 10} << ((unit & 0x200) >> 6);
  }

  void visit(std::size_t at) {
    if (rules_.size() >= 256 || key_.size() >= 80 || ++visits_ > 20'000) return;
    const std::size_t base = at ^ distance(units_[at]);
    if ((units_[at] & kHasLeaf) != 0 && base < units_.size()) add(units_[base] & ~kLeaf);
    for (std::size_t byte = 1; byte < 256; ++byte) {
      const std::size_t child = base ^ byte;
      if (child >= units_.size() || (units_[child] & (kLeaf | 0xFF)) != byte) continue;
      key_ += static_cast<char>(byte);
      visit(child);
      key_.pop_back();
    }
  }

  void add(std::size_t at) {
    if (key_.empty()) return;
    const std::string_view text = at < texts_.size() ? texts_.substr(at) : std::string_view();
    rules_.emplace_back(key_, text.substr(0, text.find('\0')));
  }

  const std::vector<std::uint32_t> units_;
  std::string_view texts_;
  std::string key_;
  Rules rules_;
  std::size_t visits_ = 0;
};

}  // namespace

std::string compile_rules(const Rules& rules) {
  std::vector<Node> nodes(1);
  std::string texts;
  for (const auto& [key, replacement] : rules) {
    if (key.empty() || key.find('\0') != std::string::npos) continue;
    add_rule(key, texts.size(), nodes);
    texts += replacement.substr(0, replacement.find('\0'));
    texts += '\0';
  }
  if (texts.empty()) return {};
  return table_of(Placer(nodes).units(), texts);
}

std::vector<std::uint32_t> units_of(std::string_view table) {
  std::vector<std::uint32_t> units;
  if (table.size() < 4) return units;
  const std::size_t trie = read_unit(table, 0);
  if (trie > table.size() - 4) return units;
  for (std::size_t at = 4; at + 4 <= trie + 4; at += 4) units.push_back(read_unit(table, at));
  return units;
}

std::string with_units(std::string_view table, const std::vector<std::uint32_t>& units) {
  return table_of(units, texts_of(table));
}

Rules read_rules(std::string_view table) {
  return Walker(units_of(table), texts_of(table)).rules();
}

}  // namespace arges::fuzz
