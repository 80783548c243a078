// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
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
  // MODEL_INVALID: a pattern that is empty, too long or does not compile, or refers back to a
  // group, or too many of them. UNSUPPORTED: as price_pattern_items(), and named groups. (What
  // groups captured makes steps dear, and going back to it costs what nobody counts.)
  static Result<PatternSplitter> create(const std::vector<std::string>& patterns,
                                        const TextLimits& limits);

  class Reader;
  // Begins to cut a text, which must outlive the reader, as the splitter must. OUT_OF_MEMORY_HOST.
  // Precondition: `text` is UTF-8.
  Result<Reader> read(std::string_view text) const;

  PatternSplitter(PatternSplitter&&) noexcept;
  PatternSplitter& operator=(PatternSplitter&&) noexcept;
  ~PatternSplitter();

 private:
  struct Stage;  // one compiled pattern

  PatternSplitter();
  TextLimits limits_;
  std::vector<std::unique_ptr<Stage>> stages_;
};

// The pieces of one text. One thread at a time.
class PatternSplitter::Reader {
 public:
  Reader(Reader&&) noexcept;
  Reader& operator=(Reader&&) noexcept;
  ~Reader();

  // The next piece, a view into the text; together they cover it. Empty behind the last one.
  // INVALID_ARGUMENT when a match takes more than limits.max_match_steps, or all of them more than
  // limits.max_steps_per_byte for each byte of the text. What `stop` returns, which is asked inside
  // a match every few thousand steps.
  Result<std::string_view> next(const StopCheck& stop);

 private:
  friend class PatternSplitter;
  struct State;

  explicit Reader(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace arges::language
