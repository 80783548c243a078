// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/mutators/pattern.h"

#include "tests/fuzz/mutators/mutator.h"

namespace arges::fuzz {
namespace {

constexpr std::size_t kLongest = 4096;  // as TextLimits::max_pattern_bytes

constexpr std::string_view kVerbs[] = {
    "(*NO_JIT)",   "(*NO_START_OPT)", "(*NO_AUTO_POSSESS)",  "(*UTF)",
    "(*UCP)",      "(*LIMIT_HEAP=0)", "(*LIMIT_MATCH=1)",    "(*LIMIT_DEPTH=1)",
    "(*NOTEMPTY)", "(*CRLF)",         "(*NO_DOTSTAR_ANCHOR)"};
constexpr std::string_view kAtoms[] = {
    "a",      "b",         "[ax]",    ".",           "\\p{L}",    "\\p{N}",
    "\\s",    "\\S",       "[^\\s]",  "\\X",         "\\R",       "\\C",
    "\\K",    "\\G",       "\\b",     "^",           "$",         "()",
    "\\1",    "(?R)",      "(?1)",    "(?i)",        "\\N{U+61}", "\\x{10FFFF}",
    "\\xff",  "(*COMMIT)", "(*SKIP)", "(*PRUNE)",    "(*ACCEPT)", "(?C1)",
    "(?<=a)", "(?!b)",     "\\Qa\\E", "[[:alpha:]]", "\\d",       "\\w"};
// Items that may read a run to its end.
constexpr std::string_view kReaders[] = {"\\X",     "\\R",  ".*",       "\\S+",  "\\s+",
                                         "\\p{L}+", "\\w+", "(?:a|b)*", "[^y]*", "\\C*"};
// What a reader of patterns that is not the engine may take for the beginning of something else.
constexpr std::string_view kDisguises[] = {"(?#[)",      "(?C\"[\")", "(?x)#[\n", "[^^]{0}",
                                           "[[:]{0}",    "[]:]",      "\\c[{0}",  "[\\Q\\E][]{0}",
                                           "[\\E][]{0}", "\\Q",       "\\E",      "\\N{3}"};
constexpr std::string_view kQuantifiers[] = {"*",   "+",     "?",    "*?",    "*+",     "{0}",
                                             "{2}", "{0,3}", "{1,}", "{200}", "{65535}"};
constexpr std::string_view kOpenings[] = {
    "(", "(?:", "(?>", "(?|", "(?=", "(?!", "(?<=", "(?<n>", "(?i:"};

std::string repeated(std::string_view text, std::size_t count) {
  std::string out;
  for (std::size_t i = 0; i < count && out.size() + text.size() <= kLongest; ++i) out += text;
  return out;
}

std::string some_expression(Random& random, int depth) {
  std::string out;
  for (std::size_t i = random.up_to(4); i > 0; --i) {
    if (random.one_in(6)) out += '|';
    if (depth > 0 && random.one_in(3)) {
      out += std::string(random.pick(kOpenings)) + some_expression(random, depth - 1) + ")";
    } else {
      out += random.one_in(8) ? random.pick(kDisguises) : random.pick(kAtoms);
    }
    if (random.one_in(2)) out += random.pick(kQuantifiers);
  }
  return out;
}

// Two alternatives under a star, after as many groups as fit: what each step has to remember.
std::string many_groups(Random& random) {
  constexpr std::string_view kSteps[] = {"a", ".", "\\S", "[^b]"};
  const std::string groups = repeated(random.one_in(2) ? "()" : "(a?)", random.up_to(2000));
  return groups + "(?:" + std::string(random.pick(kSteps)) + "|b)*" + some_expression(random, 0);
}

// The interpreter has limits of its own, which the compiled form of a pattern never meets.
std::string some_verbs(Random& random) {
  std::string verbs(random.one_in(2) ? kVerbs[0] : std::string_view());
  while (random.one_in(3)) verbs += random.pick(kVerbs);
  return verbs;
}

std::string fresh(Random& random) {
  return some_verbs(random) + (random.one_in(3) ? many_groups(random) : some_expression(random, 3));
}

}  // namespace

std::string mutate_pattern(std::string pattern, Random& random) {
  const std::size_t at = random.below(pattern.size() + 1);
  const std::size_t count = random.up_to(pattern.size() - at + 1);
  switch (random.below(11)) {
    case 0:
      return some_verbs(random) + pattern;
    case 1:
      return pattern.insert(at, random.pick(kAtoms));
    case 2:
      return pattern.insert(at, random.pick(kQuantifiers));
    case 3:
      return pattern.erase(at, count);
    case 4:
      return pattern.insert(at, repeated(pattern.substr(at, count), random.up_to(1000)));
    case 5:
      return std::string(random.pick(kOpenings)) + pattern + ")" +
             std::string(random.pick(kQuantifiers));
    case 6:
      return std::string(random.pick(kDisguises)) + pattern;
    case 7:
      return mutate_bytes(std::move(pattern), random, 16);
    default:
      return fresh(random);
  }
}

std::string pattern_that_reads_far(Random& random) {
  return std::string(random.pick(kReaders)) + "[yz]";
}

}  // namespace arges::fuzz
