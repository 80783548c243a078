// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace arges::fuzz {

// JSON as it is written: numbers keep their spelling, objects their order and their duplicates, so
// that a tree can hold what no honest writer writes.
struct JsonTree {
  enum class Kind { kLiteral, kText, kList, kObject };

  Kind kind = Kind::kLiteral;
  std::string text;               // of a literal or a text
  std::vector<JsonTree> members;  // of a list or an object
  std::string key;                // of a member of an object

  static JsonTree literal(std::string_view spelling) {
    return {Kind::kLiteral, std::string(spelling), {}, {}};
  }
  static JsonTree quoted(std::string_view text) { return {Kind::kText, std::string(text), {}, {}}; }
  static JsonTree container(Kind kind) { return {kind, {}, {}, {}}; }
};

// nullopt for what is no JSON.
std::optional<JsonTree> parse_tree(std::string_view json);
std::string write_tree(const JsonTree& tree);

// The tree and everything in it.
std::vector<JsonTree*> nodes_of(JsonTree& tree);

}  // namespace arges::fuzz
