// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "kernels/base/status.h"
#include "language/text/text_limits.h"

namespace arges::language {

// Finds stop strings in streamed text, across token and chunk borders. The stop string that ends
// first wins, the longest of those that end together, so the answer does not depend on how the
// text was cut. Copyable; one thread at a time.
class StopMatcher {
 public:
  // INVALID_ARGUMENT: an empty or too long stop string, too many, or one that is not UTF-8.
  // No stop strings: everything passes at once.
  static Result<StopMatcher> create(std::vector<std::string> stops, const TextLimits& limits = {});

  // Text that can be shown now: whole code points in, whole code points out. Holds back the
  // longest suffix that might begin a stop string. After a match returns "" for ever.
  std::string push(std::string_view text);
  // Ends the text: what was held back, or "" after a match.
  std::string flush();
  // True once a stop string was seen; push() has returned the text before it and no more.
  bool matched() const { return matched_; }

 private:
  explicit StopMatcher(std::vector<std::string> stops) : stops_(std::move(stops)) {}
  bool find_first(std::size_t& start) const;
  std::size_t held_suffix() const;

  std::vector<std::string> stops_;
  std::string buffer_;
  bool matched_ = false;
};

}  // namespace arges::language
