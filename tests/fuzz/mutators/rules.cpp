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
  std::string key = some_key(rules, text, random).substr(0, 4);
  const char last = key.back();
  for (std::size_t count = random.up_to(60); count > 0; --count) {
    rules.emplace_back(key, "x");
    key += last;
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

// A unit in use: the others are zero.
std::size_t used_unit(const std::vector<std::uint32_t>& units, Random& random) {
  std::size_t at = random.below(units.size());
  for (std::size_t i = 0; i < units.size() && units[at] == 0; ++i) at = (at + 1) % units.size();
  return random.one_in(4) ? 0 : at;
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
      redirect(units, at, used_unit(units, random));
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
