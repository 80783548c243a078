// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/mutators/json.h"

#include <algorithm>
#include <utility>

#include "tests/fuzz/mutators/mutator.h"

namespace arges::fuzz {
namespace {

using Kind = JsonTree::Kind;

// Borders of the integer types, of doubles and of what rounds to them.
constexpr std::string_view kNumbers[] = {"0",
                                         "-0",
                                         "-0.0",
                                         "1",
                                         "-1",
                                         "2",
                                         "16",
                                         "255",
                                         "256",
                                         "1024",
                                         "65536",
                                         "2147483647",
                                         "2147483648",
                                         "-2147483648",
                                         "4294967295",
                                         "4294967296",
                                         "9007199254740993",
                                         "4611686018427387904",
                                         "9223372036854774784",
                                         "9223372036854775807",
                                         "9223372036854775808",
                                         "-9223372036854775808",
                                         "-9223372036854775809",
                                         "18446744073709551615",
                                         "18446744073709551616",
                                         "1e18",
                                         "1e19",
                                         "1e308",
                                         "-1e308",
                                         "1e-320",
                                         "1e999",
                                         "-1e999",
                                         "0.5",
                                         "0.9999999999999999",
                                         "1.0",
                                         "1e-45",
                                         "3.5e38",
                                         "NaN",
                                         "Infinity"};

bool is_number(const JsonTree& node) {
  return node.kind == Kind::kLiteral && !node.text.empty() &&
         (node.text[0] == '-' || (node.text[0] >= '0' && node.text[0] <= '9'));
}

bool is_container(const JsonTree& node) {
  return node.kind == Kind::kList || node.kind == Kind::kObject;
}

std::string some_word(std::span<const std::string_view> words, Random& random) {
  return words.empty() ? "a" : std::string(random.pick(words));
}

// Another number near the old one, which keeps documents consistent more often than a border does.
std::string near_number(const std::string& spelling, Random& random) {
  const auto digits = [](char c) { return c >= '0' && c <= '9'; };
  if (spelling.size() > 15 || !std::all_of(spelling.begin(), spelling.end(), digits)) return "1";
  const std::uint64_t value = std::stoull(spelling);
  switch (random.below(5)) {
    case 0:
      return std::to_string(value + 1);
    case 1:
      return std::to_string(value - (value > 0 ? 1 : 0));
    case 2:
      return std::to_string(value * 2);
    case 3:
      return std::to_string(value / 2);
    default:
      return std::to_string(random.below(64));
  }
}

void change_number(JsonTree& node, Random& random) {
  node.text =
      random.one_in(2) ? near_number(node.text, random) : std::string(random.pick(kNumbers));
}

void change_text(JsonTree& node, std::span<const std::string_view> words, Random& random) {
  if (random.one_in(2)) {
    node.text = some_word(words, random);
  } else if (random.one_in(8)) {
    const std::string copy = node.text;
    for (std::size_t i = random.up_to(200); i > 0 && node.text.size() < 8000; --i)
      node.text += copy;
  } else {
    node.text = mutate_bytes(node.text, random, 16);
  }
}

JsonTree some_value(std::span<const std::string_view> words, Random& random) {
  switch (random.below(7)) {
    case 0:
      return JsonTree::literal("null");
    case 1:
      return JsonTree::literal(random.one_in(2) ? "true" : "false");
    case 2:
      return JsonTree::quoted(some_word(words, random));
    case 3:
      return JsonTree::container(Kind::kList);
    case 4:
      return JsonTree::container(Kind::kObject);
    default:
      return JsonTree::literal(random.pick(kNumbers));
  }
}

JsonTree some_member(std::span<const std::string_view> words, Random& random) {
  JsonTree member = some_value(words, random);
  member.key = some_word(words, random);
  return member;
}

// Puts another value where one stands; the key stays.
void replace(JsonTree& node, JsonTree value) {
  value.key = std::move(node.key);
  node = std::move(value);
}

void nest(JsonTree& node, Random& random) {
  for (std::size_t depth = random.up_to(40); depth > 0; --depth) {
    JsonTree outer = JsonTree::container(random.one_in(2) ? Kind::kList : Kind::kObject);
    outer.key = std::exchange(node.key, "a");
    outer.members.push_back(std::move(node));
    node = std::move(outer);
  }
}

void change_members(JsonTree& node, std::span<const std::string_view> words, Random& random) {
  auto& members = node.members;
  const std::size_t at = random.below(members.size());
  if (members.empty() || random.one_in(4)) {
    const auto place =
        members.begin() + static_cast<std::ptrdiff_t>(random.below(members.size() + 1));
    members.insert(place, some_member(words, random));
    return;
  }
  switch (random.below(4)) {
    case 0:
      members.erase(members.begin() + static_cast<std::ptrdiff_t>(at));
      break;
    case 1:
      members[at].key = some_word(words, random);
      break;
    case 2:
      std::swap(members[at], random.pick(members));
      break;
    default: {
      const JsonTree copy = members[at];
      members.insert(members.begin() + static_cast<std::ptrdiff_t>(at), random.up_to(32), copy);
    }
  }
}

// One place takes the value of another: what must agree, or must not, does.
void copy_value(JsonTree& tree, JsonTree& to, Random& random) {
  const auto nodes = nodes_of(tree);
  JsonTree copy = *random.pick(nodes);
  if (nodes_of(copy).size() < 64) replace(to, std::move(copy));
}

// A member that the door knows, in an object where it is known or not.
void set_member(JsonTree& tree, std::span<const std::string_view> words, Random& random) {
  std::vector<JsonTree*> objects;
  for (JsonTree* node : nodes_of(tree)) {
    if (node->kind == Kind::kObject) objects.push_back(node);
  }
  if (objects.empty()) return;
  JsonTree& object = random.one_in(2) ? *objects.front() : *random.pick(objects);
  object.members.push_back(some_member(words, random));
}

// A number is the most common value and the least likely to be picked from a long list of others.
JsonTree& some_node(JsonTree& tree, Random& random) {
  const auto nodes = nodes_of(tree);
  if (random.one_in(2)) return *random.pick(nodes);
  std::vector<JsonTree*> numbers;
  std::copy_if(nodes.begin(), nodes.end(), std::back_inserter(numbers),
               [](const JsonTree* node) { return is_number(*node); });
  return numbers.empty() ? *random.pick(nodes) : *random.pick(numbers);
}

}  // namespace

void mutate_tree(JsonTree& tree, std::span<const std::string_view> words, Random& random) {
  if (random.one_in(8)) return set_member(tree, words, random);
  JsonTree& node = some_node(tree, random);
  if (random.one_in(12)) return copy_value(tree, node, random);
  if (random.one_in(50)) return nest(node, random);
  if (random.one_in(10)) {
    replace(node, some_value(words, random));
  } else if (is_number(node)) {
    change_number(node, random);
  } else if (node.kind == Kind::kText) {
    change_text(node, words, random);
  } else if (is_container(node)) {
    change_members(node, words, random);
  } else {
    node.text = node.text == "true" ? "false" : "true";
  }
}

std::string mutate_json(std::string_view json, std::span<const std::string_view> words,
                        Random& random) {
  auto tree = random.one_in(40) ? std::nullopt : parse_tree(json);
  if (!tree) return mutate_bytes(std::string(json), random);
  mutate_tree(*tree, words, random);
  return write_tree(*tree);
}

}  // namespace arges::fuzz
