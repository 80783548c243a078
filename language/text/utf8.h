// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "kernels/base/status.h"

namespace arges::language {

// Reads UTF-8 one byte at a time (Unicode 15, table 3-7: no overlong forms, no surrogates).
class Utf8Decoder {
 public:
  enum class Step {
    kPartial,           // the byte continues a code point that is not whole yet
    kComplete,          // the byte ends a code point
    kInvalid,           // the byte can begin nothing; it is a maximal subpart by itself
    kInvalidBeforeThis  // the bytes before were cut short; feed this byte again
  };

  Step feed(unsigned char byte);
  // Bytes of the code point begun but not ended, 0 to 3.
  int pending() const { return pending_; }
  void reset() { *this = Utf8Decoder(); }

 private:
  Step begin(unsigned char byte);

  int needed_ = 0;
  int pending_ = 0;
  unsigned char low_ = 0x80;   // smallest byte that may come next
  unsigned char high_ = 0xBF;  // largest byte that may come next
};

// Byte offset of the first ill-formed sequence; text.size() when all of it is UTF-8.
std::size_t utf8_valid_prefix(std::string_view text);

// INVALID_ARGUMENT naming `what` and the byte offset when `text` is not UTF-8.
Status check_utf8(std::string_view text, std::string_view what);

// check_utf8() of a text to encode, and INVALID_ARGUMENT when it has more than `max_bytes` bytes.
Status check_text(std::string_view text, std::size_t max_bytes);

// Appends a code point (not a surrogate, at most 0x10FFFF) as UTF-8.
void append_utf8(std::uint32_t code_point, std::string& out);

// Decodes the code point at text[offset] and moves offset behind it.
// Precondition: `text` is UTF-8 and offset < text.size() is the start of a code point.
std::uint32_t next_code_point(std::string_view text, std::size_t& offset);

}  // namespace arges::language
