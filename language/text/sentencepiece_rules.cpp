// SPDX-License-Identifier: Apache-2.0
#include "language/text/sentencepiece_rules.h"

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <vector>

#include "language/text/sentencepiece_model.h"
#include "language/text/utf8.h"

namespace arges::language {
namespace {

constexpr std::size_t kUnitBytes = 4;
constexpr std::size_t kLargestRules = std::size_t{4} << 20;  // bytes; the released ones have 0.3 M
constexpr std::uint8_t kLongestRule = 64;                    // bytes
constexpr std::uint8_t kMostNested = 32;                     // SentencePiece's kMaxTrieResultsSize
constexpr std::size_t kLongestReplacement = 256;             // bytes

std::uint32_t read_u32(std::string_view bytes, std::size_t at) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < kUnitBytes; ++i) {
    value |= static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[at + i])) << (8 * i);
  }
  return value;
}

// One unit of the trie: bit 31 marks a leaf, whose other bits are its value; a node has its label,
// a flag for a leaf child and the distance to its children, which may be scaled by 256.
struct Unit {
  std::uint32_t bits;

  // A leaf's bit 31 makes it differ from every byte, as in the library.
  std::uint32_t label() const { return bits & 0x800000FF; }
  bool has_leaf_child() const { return (bits >> 8 & 1) != 0; }
  std::uint32_t distance() const { return (bits >> 10) << ((bits & 0x200) >> 6); }
  std::uint32_t value() const { return bits & 0x7FFFFFFF; }
};

// The nodes that a text can lead the library to. A node is the index of its unit; several parents
// may share one.
class RuleWalk {
 public:
  RuleWalk(std::string_view trie, std::string_view texts)
      : trie_(trie), texts_(texts), nodes_(trie.size() / kUnitBytes) {
    index_children();
  }

  // False when some step is not allowed.
  bool run() { return visit(kRoot, 0); }

  // Bytes that take the place of one; after run().
  std::size_t growth() {
    std::size_t most = kSpaceMarkBytes;  // of a plain space
    // Parents come before their children in the reverse of the order in which visits ended.
    std::for_each(ended_.rbegin(), ended_.rend(), [&](std::size_t node) {
      if (node != kRoot && unit(node).has_leaf_child()) {
        const std::size_t key = nodes_[node].shortest;
        most = std::max(most, (marked_size(node) + key - 1) / key);
      }
      for_each_child(node, [&](std::size_t child) {
        const auto through = static_cast<std::uint8_t>(nodes_[node].shortest + 1);
        std::uint8_t& shortest = nodes_[child].shortest;
        if (shortest == 0 || through < shortest) shortest = through;
        return true;
      });
    });
    return most;
  }

 private:
  static constexpr std::size_t kRoot = 0;

  struct Node {
    enum class Visit : std::uint8_t { kNone, kBegun, kEnded } visit = Visit::kNone;
    std::uint8_t height = 0;    // bytes that may still follow
    std::uint8_t nested = 0;    // rules that end here or below, on one walk
    std::uint8_t shortest = 0;  // bytes of the shortest walk to here
  };

  Unit unit(std::size_t index) const { return {read_u32(trie_, index * kUnitBytes)}; }
  // The child for byte b is at children(node) ^ b, the leaf at children(node).
  std::size_t children(std::size_t node) const { return node ^ unit(node).distance(); }
  std::size_t replacement_size(std::size_t node) const {
    const std::size_t begin = unit(children(node)).value();
    return texts_.find('\0', begin) - begin;
  }

  // With spaces as the marks that they become.
  std::size_t marked_size(std::size_t node) const {
    const std::size_t begin = unit(children(node)).value();
    const std::string_view text = texts_.substr(begin, replacement_size(node));
    const auto spaces = static_cast<std::size_t>(std::count(text.begin(), text.end(), ' '));
    return text.size() + spaces * (kSpaceMarkBytes - 1);
  }

  // A unit with the label b is the child of every node whose children are at the unit's index ^ b.
  // Sorted by that place once, so that a node costs what it has and not a look for each byte.
  void index_children() {
    const auto place = [this](std::size_t index) { return index ^ unit(index).label(); };
    first_child_.assign(nodes_.size() + 1, 0);
    for (std::size_t index = 0; index < nodes_.size(); ++index) {
      if (place(index) < nodes_.size()) ++first_child_[place(index) + 1];
    }
    std::partial_sum(first_child_.begin(), first_child_.end(), first_child_.begin());
    children_.resize(first_child_.back());
    std::vector<std::uint32_t> next(first_child_.begin(), first_child_.end());
    for (std::size_t index = 0; index < nodes_.size(); ++index) {
      if (place(index) >= nodes_.size()) continue;
      children_[next[place(index)]++] = static_cast<std::uint32_t>(index);
    }
  }

  // Precondition: children(node) lie in the trie.
  template <typename Each>
  bool for_each_child(std::size_t node, Each&& each) {
    const std::size_t base = children(node);
    for (std::uint32_t at = first_child_[base]; at < first_child_[base + 1]; ++at) {
      if (!each(children_[at])) return false;
    }
    return true;
  }

  bool has_good_replacement(std::size_t node) const {
    const std::size_t begin = unit(children(node)).value();
    if (begin >= texts_.size()) return false;
    if ((static_cast<unsigned char>(texts_[begin]) & 0xC0) == 0x80) return false;
    return replacement_size(node) <= kLongestReplacement;
  }

  // `depth`: bytes from the root to the node.
  bool visit(std::size_t index, std::uint8_t depth) {
    Node& node = nodes_[index];
    if (node.visit == Node::Visit::kBegun || depth + node.height > kLongestRule) return false;
    if (node.visit == Node::Visit::kEnded) return true;
    node.visit = Node::Visit::kBegun;
    if ((children(index) | 0xFF) >= nodes_.size()) return false;
    // The library looks for rules behind the first byte only.
    const bool ends_rule = index != kRoot && unit(index).has_leaf_child();
    if (ends_rule && !has_good_replacement(index)) return false;
    const bool good = for_each_child(index, [&](std::size_t child) {
      if (!visit(child, static_cast<std::uint8_t>(depth + 1))) return false;
      node.height = std::max<std::uint8_t>(node.height, nodes_[child].height + 1);
      node.nested = std::max(node.nested, nodes_[child].nested);
      return true;
    });
    if (ends_rule) ++node.nested;
    node.visit = Node::Visit::kEnded;
    ended_.push_back(index);
    return good && node.nested <= kMostNested;
  }

  std::string_view trie_;
  std::string_view texts_;
  std::vector<Node> nodes_;
  std::vector<std::size_t> ended_;
  std::vector<std::uint32_t> children_;     // of all places, one place's together
  std::vector<std::uint32_t> first_child_;  // by place; the last is their number
};

}  // namespace

Result<std::size_t> check_normalization_rules(std::string_view rules) {
  const Status damaged =
      model_invalid("The SentencePiece model's normalization rules are damaged; copy it again.");
  if (rules.size() < kUnitBytes || rules.size() > kLargestRules) return damaged;
  const std::size_t trie_size = read_u32(rules, 0);
  rules.remove_prefix(kUnitBytes);
  if (trie_size == 0 || trie_size >= rules.size() || trie_size % kUnitBytes != 0) return damaged;
  const std::string_view texts = rules.substr(trie_size);
  if (texts.back() != '\0' || utf8_valid_prefix(texts) != texts.size()) return damaged;
  RuleWalk walk(rules.substr(0, trie_size), texts);
  if (!walk.run()) return damaged;
  return walk.growth();
}

}  // namespace arges::language
