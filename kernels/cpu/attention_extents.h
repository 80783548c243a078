// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace arges::kernels::cpu {

// Of [items, tokens, heads, width]: where an (item, head) lies. All sizes in elements.
struct AttentionExtents {
  std::int64_t tokens;
  std::int64_t heads;
  std::int64_t width;

  // From a token to the next one.
  std::int64_t row_step() const { return heads * width; }
  // Of the first token of an (item, head).
  std::int64_t offset(std::int64_t item_head) const {
    return (item_head / heads * tokens * heads + item_head % heads) * width;
  }
};

}  // namespace arges::kernels::cpu
