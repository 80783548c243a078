// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "language/text/utf8.h"

namespace arges::language {

// Turns the bytes of successive tokens into text that is UTF-8 at every step: bytes of a code
// point that is not whole yet are held back (at most 3), and each maximal ill-formed subpart
// becomes one U+FFFD (Unicode 15 §3.9, the practice browsers follow). One thread at a time.
class Utf8Stream {
 public:
  // Whole code points that `bytes` completes; may be empty.
  std::string push(std::string_view bytes);
  // Ends the stream: "\uFFFD" when a code point was left unfinished. The stream is then as new.
  std::string flush();

 private:
  Utf8Decoder decoder_;
  std::string held_;
};

}  // namespace arges::language
