// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace arges::bindings {

// Bytes of one text that a caller gives: a part of a message, or one to tokenize. A tokenizer takes
// more (TextLimits::max_text_bytes), since it gets the neighbouring parts of a message as one text.
inline constexpr std::uint64_t kMaxTextBytes = 8'000'000;

}  // namespace arges::bindings
