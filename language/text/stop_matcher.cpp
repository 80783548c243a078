// SPDX-License-Identifier: Apache-2.0
#include "language/text/stop_matcher.h"

#include <algorithm>

#include "language/text/utf8.h"

namespace arges::language {

Result<StopMatcher> StopMatcher::create(std::vector<std::string> stops, const TextLimits& limits) {
  if (stops.size() > limits.max_stop_strings) {
    return invalid_argument("There are more than " + std::to_string(limits.max_stop_strings) +
                            " stop strings; give fewer.");
  }
  for (const std::string& stop : stops) {
    if (stop.empty() || stop.size() > limits.max_stop_bytes) {
      return invalid_argument("A stop string must have 1 to " +
                              std::to_string(limits.max_stop_bytes) + " bytes.");
    }
    ARGES_RETURN_IF_ERROR(check_utf8(stop, "A stop string"));
  }
  return StopMatcher(std::move(stops));
}

bool StopMatcher::find_first(std::size_t& start) const {
  std::size_t best_end = std::string::npos;
  for (const std::string& stop : stops_) {
    const std::size_t at = buffer_.find(stop);
    if (at == std::string::npos) continue;
    const std::size_t end = at + stop.size();
    if (end < best_end || (end == best_end && at < start)) {
      best_end = end;
      start = at;
    }
  }
  return best_end != std::string::npos;
}

std::size_t StopMatcher::held_suffix() const {
  std::size_t held = 0;
  for (const std::string& stop : stops_) {
    for (std::size_t n = std::min(stop.size() - 1, buffer_.size()); n > held; --n) {
      if (std::string_view(buffer_).substr(buffer_.size() - n) ==
          std::string_view(stop).substr(0, n))
        held = n;
    }
  }
  return held;
}

std::string StopMatcher::push(std::string_view text) {
  if (matched_) return {};
  buffer_ += text;
  std::size_t keep = 0;
  matched_ = find_first(keep);
  if (!matched_) keep = buffer_.size() - held_suffix();
  std::string out = buffer_.substr(0, keep);
  buffer_.erase(0, matched_ ? buffer_.size() : keep);
  return out;
}

std::string StopMatcher::flush() {
  std::string rest;
  rest.swap(buffer_);
  return rest;
}

}  // namespace arges::language
