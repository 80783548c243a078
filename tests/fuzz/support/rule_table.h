// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace arges::fuzz {

// Normalization rules as SentencePiece compiles them: a length, a double-array trie of 32-bit
// units (the layout of Darts-clone) and the zero-terminated replacements its leaves point to.

using Rules = std::vector<std::pair<std::string, std::string>>;  // what is replaced by what

// The compiled form of rules whose keys are neither empty nor hold a zero byte; of two rules for
// one key the first counts.
std::string compile_rules(const Rules& rules);

// Rules that a table holds, found by walking its trie. The walk stays inside and ends at 256 rules
// and 80 bytes of key, so it may be given any bytes; a trie with a cycle has keys of every length.
Rules read_rules(std::string_view table);

// What stands where there is no node: the label of no byte.
inline constexpr std::uint32_t kUnusedUnit = 0xFFFFFFFF;

// The units of a table, to be damaged one by one; the rest stays as it is.
std::vector<std::uint32_t> units_of(std::string_view table);
std::string with_units(std::string_view table, const std::vector<std::uint32_t>& units);

}  // namespace arges::fuzz
