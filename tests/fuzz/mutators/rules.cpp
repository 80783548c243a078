// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/mutators/rules.h"

#include "tests/fuzz/mutators/mutator.h"
#include "tests/fuzz/support/rule_table.h"

namespace arges::fuzz {
namespace {

std::string some_replacement(const std::string& text, Random& random) {
  switch (random.below(5)) {
    case 0:
      return {};
    case 1:
      return " ";
    case 2:
      return std::string(random.up_to(8000), 'b');
    case 3:
      return text + text;
    default:
      return text;
  }
}

std::string some_key(const Rules& rules, const std::string& text, Random& random) {
  if (rules.empty() || random.one_in(2)) return text.empty() ? "a" : text;
  return random.pick(rules).first;
}

void add_rule(Rules& rules, const std::string& text, Random& random) {
  std::string key = some_key(rules, text, random);
  if (random.one_in(2)) key += "ab"[random.below(2)];
  rules.emplace_back(key, some_replacement(text, random));
}

// a, aa, aaa, …: a lookup finds one rule for every length.
void add_chain(Rules& rules, const std::string& text, Random& random) {
  const std::string link = text.empty() || random.one_in(2) ? "a" : text.substr(0, 4);
  // Just over the sizes of the library's tables, or any.
  constexpr std::size_t kLengths[] = {3, 33, 64, 65};
  std::string key;
  for (std::size_t count = random.one_in(2) ? random.pick(kLengths) : random.up_to(60); count > 0;
       --count) {
    key += link;
    rules.emplace_back(key, "x");
  }
}

void change_rule(Rules& rules, const std::string& text, Random& random) {
  if (rules.empty()) return add_rule(rules, text, random);
  auto& rule = random.pick(rules);
  switch (random.below(3)) {
    case 0:
      rule.second = some_replacement(text, random);
      break;
    case 1:
      rule.first = mutate_bytes(rule.first, random, 4);
      break;
    default:
      rules.erase(rules.begin() + static_cast<std::ptrdiff_t>(random.below(rules.size())));
  }
}

std::string rebuilt(std::string_view table, const std::string& text, Random& random) {
  Rules rules = read_rules(table);
  switch (random.below(4)) {
    case 0:
      add_chain(rules, text, random);
      break;
    case 1:
      change_rule(rules, text, random);
      break;
    default:
      add_rule(rules, text, random);
  }
  return compile_rules(rules);
}

std::size_t distance(std::uint32_t unit) {
  return std::size_t{unit >> 10} << ((unit & 0x200) >> 6);
}

// Lets a unit's children be those of another: a path that comes back to itself is a rule of every
// length.
void redirect(std::vector<std::uint32_t>& units, std::size_t at, std::size_t to) {
  const std::size_t base = to ^ distance(units[to]);
  units[at] = (units[at] & 0x1FF) | static_cast<std::uint32_t>(at ^ base) << 10;
}

// A unit in use.
std::size_t used_unit(const std::vector<std::uint32_t>& units, Random& random) {
  std::size_t at = random.below(units.size());
  for (std::size_t i = 0; i < units.size() && units[at] == kUnusedUnit; ++i)
    at = (at + 1) % units.size();
  return random.one_in(4) ? 0 : at;
}

// A unit at which a rule ends, where there is one: a path that comes back matters through those.
std::size_t rule_unit(const std::vector<std::uint32_t>& units, Random& random) {
  std::vector<std::size_t> ends;
  for (std::size_t at = 0; at < units.size(); ++at) {
    if (units[at] >> 31 == 0 && (units[at] & 0x100) != 0) ends.push_back(at);
  }
  return ends.empty() || random.one_in(4) ? used_unit(units, random) : random.pick(ends);
}

std::string damaged(std::string_view table, Random& random) {
  std::vector<std::uint32_t> units = units_of(table);
  if (units.empty()) return mutate_bytes(std::string(table), random);
  const std::size_t at = used_unit(units, random);
  switch (random.below(5)) {
    case 0:
      units[at] ^= std::uint32_t{1} << random.below(32);
      break;
    case 1:
      units[at] ^= std::uint32_t{1} << 31;
      break;
    case 2:
      redirect(units, rule_unit(units, random), rule_unit(units, random));
      break;
    case 3:
      units[at] = static_cast<std::uint32_t>(random.next());
      break;
    default:
      units.resize(random.one_in(2) ? units.size() * 2 : random.below(units.size()));
  }
  return with_units(table, units);
}

}  // namespace

std::string mutate_rules(std::string_view table, const std::string& text, Random& random) {
  if (random.one_in(16)) return mutate_bytes(std::string(table), random);
  return random.one_in(2) ? damaged(table, random) : rebuilt(table, text, random);
}

}  // namespace arges::fuzz
