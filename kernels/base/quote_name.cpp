// SPDX-License-Identifier: Apache-2.0
#include "kernels/base/quote_name.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace arges {
namespace {

constexpr std::size_t kLongest = 120;

struct CodePoint {
  std::uint32_t value = 0;
  std::size_t bytes = 0;  // 0: the text does not begin with a code point
};

// The lead byte of a sequence of `bytes` bytes, and the smallest value that needs as many.
struct Lead {
  unsigned mask;
  unsigned bits;
  std::size_t bytes;
  std::uint32_t smallest;
};
constexpr std::array<Lead, 4> kLeads{
    {{0x80, 0x00, 1, 0}, {0xE0, 0xC0, 2, 0x80}, {0xF0, 0xE0, 3, 0x800}, {0xF8, 0xF0, 4, 0x10000}}};

// Precondition: `text` is not empty.
CodePoint first_code_point(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  for (const Lead& lead : kLeads) {
    if ((byte(0) & lead.mask) != lead.bits) continue;
    if (text.size() < lead.bytes) return {};
    std::uint32_t value = byte(0) & ~lead.mask;
    for (std::size_t i = 1; i < lead.bytes; ++i) {
      if ((byte(i) & 0xC0) != 0x80) return {};
      value = value << 6 | (byte(i) & 0x3F);
    }
    const bool surrogate = value >= 0xD800 && value < 0xE000;
    if (value < lead.smallest || value > 0x10FFFF || surrogate) return {};
    return {value, lead.bytes};
  }
  return {};
}

struct Range {
  std::uint32_t first;
  std::uint32_t last;
};
// Control characters, line ends, and those that change the direction or leave no trace.
constexpr std::array<Range, 9> kUnseen{{{0x00, 0x1F},
                                        {0x7F, 0x9F},
                                        {0x061C, 0x061C},
                                        {0x200B, 0x200F},
                                        {0x2028, 0x202E},
                                        {0x2060, 0x206F},
                                        {0xFEFF, 0xFEFF},
                                        {0xFFF9, 0xFFFB},
                                        {0xE0000, 0xE0FFF}}};

bool is_shown(std::uint32_t value) {
  return value != '"' && std::none_of(kUnseen.begin(), kUnseen.end(), [&](const Range& range) {
           return value >= range.first && value <= range.last;
         });
}

}  // namespace

std::string quote_name(std::string_view name) {
  std::string out = "\"";
  std::size_t taken = 0;
  while (taken < name.size()) {
    const CodePoint next = first_code_point(name.substr(taken));
    const std::size_t bytes = std::max<std::size_t>(next.bytes, 1);
    if (taken + bytes > kLongest) return out + "…\"";
    if (next.bytes > 0 && is_shown(next.value)) {
      out += name.substr(taken, bytes);
    } else {
      out += '?';
    }
    taken += bytes;
  }
  return out + "\"";
}

}  // namespace arges
