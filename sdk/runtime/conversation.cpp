// SPDX-License-Identifier: Apache-2.0
#include "sdk/runtime/conversation.h"

#include <algorithm>

namespace arges::sdk {

void add_seen(std::span<const language::TokenId> ids, std::vector<language::TokenId>& seen) {
  const auto known = static_cast<std::ptrdiff_t>(seen.size());
  seen.insert(seen.end(), ids.begin(), ids.end());
  std::sort(seen.begin() + known, seen.end());
  std::inplace_merge(seen.begin(), seen.begin() + known, seen.end());
  seen.erase(std::unique(seen.begin(), seen.end()), seen.end());
}

}  // namespace arges::sdk
