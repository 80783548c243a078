// SPDX-License-Identifier: Apache-2.0
#include "sdk/model/quote_name.h"

namespace arges::sdk {

std::string quote_name(std::string_view name) {
  constexpr std::size_t kLongest = 120;
  std::string out = "\"";
  for (const char c : name.substr(0, kLongest)) out += c >= 0x20 && c < 0x7f && c != '"' ? c : '?';
  if (name.size() > kLongest) out += "...";
  return out + "\"";
}

}  // namespace arges::sdk
