// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "kernels/base/status.h"
#include "kernels/base/stop_check.h"
#include "language/text/token.h"

namespace arges::language {

// A text on its way to ids, slice by slice, so that several long ones can take turns. One thread at
// a time; tokenizer and text must outlive it.
class TextEncoding {
 public:
  virtual ~TextEncoding() = default;

  // All ids are there.
  virtual bool done() const = 0;
  // Appends the ids of the next slice: some 64 KiB of text or as much work, and more only where the
  // tokenizer must see more at once (about a second at most). `stop` is asked inside what takes
  // long. Not to be used any more after a failure, which are Tokenizer::encode's. Precondition:
  // !done().
  virtual Status encode_slice(const StopCheck& stop, std::vector<TokenId>& ids) = 0;
};

}  // namespace arges::language
