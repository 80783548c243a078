// SPDX-License-Identifier: Apache-2.0
#include "language/text/pattern_items.h"

#include <algorithm>
#include <string>

namespace arges::language {
namespace {

constexpr std::uint32_t kMostRepeats = 256;
constexpr std::size_t kLongestClass = 256;      // bytes, as written
constexpr std::size_t kClassBytesPerStep = 32;  // some ten properties: as dear as a callout
constexpr std::uint32_t kLongestLookBehind = 255;
constexpr std::uint32_t kAutomaticCallout = 255;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

Status not_supported(const std::string& what) {
  return unsupported("The pre-tokenizer pattern " + what + ", which is not supported.");
}

// The largest number, up to one too many, between "{" at `at` and "}" of what may be a repeat.
std::uint32_t largest_number(std::string_view item, std::size_t at) {
  std::uint32_t largest = 0;
  std::uint32_t number = 0;
  for (++at; at < item.size() && (is_digit(item[at]) || item[at] == ',' || item[at] == ' '); ++at) {
    const char c = item[at];
    number = is_digit(c) ? number * 10 + static_cast<std::uint32_t>(c - '0') : 0;
    number = std::min(number, kMostRepeats + 1);
    largest = std::max(largest, number);
  }
  return largest;
}

// How often an item is repeated by number, or more: a repeat stands at the item's end, but comments
// may follow, so every brace counts. Only \x{...} and \o{...} begin with what is no repeat but may
// look like one, and a repeat never stands right behind \x or \o: there it would be their number.
std::uint32_t most_repeats(std::string_view item) {
  std::uint32_t most = 1;
  for (std::size_t at = item.find('{'); at != std::string_view::npos; at = item.find('{', at + 1)) {
    const std::string_view before = item.substr(0, at);
    if (before.ends_with("\\x") || before.ends_with("\\o")) continue;
    most = std::max(most, largest_number(item, at));
  }
  return most;
}

struct Pricing {
  std::string_view pattern;
  std::vector<std::uint32_t> prices;
  Status status;

  static int take(pcre2_callout_enumerate_block* block, void* pricing) {
    auto& self = *static_cast<Pricing*>(pricing);
    self.status = self.price(*block);
    return self.status.ok() ? 0 : PCRE2_ERROR_CALLOUT;
  }

  Status price(const pcre2_callout_enumerate_block& block) {
    if (block.callout_string != nullptr || block.callout_number != kAutomaticCallout) {
      return not_supported("has a callout (?C)");
    }
    const std::string_view item = pattern.substr(block.pattern_position, block.next_item_length);
    if (item.starts_with("(*")) return not_supported("has \"(*\"");
    if (item.starts_with("\\X")) return not_supported("has \\X");
    if (item.starts_with('[') && item.size() > kLongestClass) {
      return not_supported("has a class of more than " + std::to_string(kLongestClass) + " bytes");
    }
    const std::uint32_t repeats = most_repeats(item);
    if (repeats > kMostRepeats) {
      return not_supported("repeats something more than " + std::to_string(kMostRepeats) +
                           " times");
    }
    const auto each = static_cast<std::uint32_t>(1 + item.size() / kClassBytesPerStep);
    prices[block.pattern_position] = repeats * each;
    return {};
  }
};

}  // namespace

Result<std::vector<std::uint32_t>> price_pattern_items(const pcre2_code& code,
                                                       std::string_view pattern) {
  // Options for the engine stand at the very start, and are no items.
  if (pattern.starts_with("(*")) return not_supported("has \"(*\"");
  std::uint32_t look_behind = 0;
  pcre2_pattern_info(&code, PCRE2_INFO_MAXLOOKBEHIND, &look_behind);
  if (look_behind > kLongestLookBehind) {
    return not_supported("looks back over more than " + std::to_string(kLongestLookBehind) +
                         " characters");
  }
  // One more place, for the callout at the end.
  Pricing pricing{pattern, std::vector<std::uint32_t>(pattern.size() + 1, 1), {}};
  const int error = pcre2_callout_enumerate(&code, &Pricing::take, &pricing);
  ARGES_RETURN_IF_ERROR(pricing.status);
  if (error != 0) return not_supported("cannot be looked at");
  return std::move(pricing.prices);
}

}  // namespace arges::language
