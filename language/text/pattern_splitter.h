// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "kernels/base/status.h"
#include "kernels/base/stop_check.h"
#include "language/text/text_limits.h"

namespace arges::language {

// Cuts text into the pieces that BPE works in: the matches of a pattern and what lies between
// them; nothing is dropped. Several patterns run one after the other, each inside the pieces of
// the one before. Immutable after creation and safe from any thread.
class PatternSplitter {
 public:
  // MODEL_INVALID: a pattern that is empty, too long or does not compile, that begins with options
  // for the engine ("(*NO_JIT)") or refers back to a group, or too many of them. UNSUPPORTED: named
  // groups. (What groups captured makes steps dear, and going back to it costs what nobody counts.)
  static Result<PatternSplitter> create(const std::vector<std::string>& patterns,
                                        const TextLimits& limits);

  // Views into `text`, in order, covering it. Precondition: `text` is UTF-8.
  // INVALID_ARGUMENT when a match takes more than limits.max_match_steps, or all of them more than
  // limits.max_steps_per_byte for each byte of the text. What `stop` returns, which is asked
  // between matches and, inside them, every few thousand steps.
  Result<std::vector<std::string_view>> split(std::string_view text, const StopCheck& stop) const;

  PatternSplitter(PatternSplitter&&) noexcept;
  PatternSplitter& operator=(PatternSplitter&&) noexcept;
  ~PatternSplitter();

 private:
  struct Stage;  // one compiled pattern

  PatternSplitter();
  TextLimits limits_;
  std::vector<std::unique_ptr<Stage>> stages_;
};

}  // namespace arges::language
