// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

namespace arges::sdk {

// What a preparation has taken so far. The preparer's threads write, one at a time; the step thread
// may read at any time, since a request can end in the middle.
class PreparationTimes {
 public:
  using Clock = std::chrono::steady_clock;

  // Work on the text, or on a picture, from `begin` to `end`.
  void add_text(Clock::time_point begin, Clock::time_point end) {
    if (begin_.load(std::memory_order_relaxed) == 0) begin_ = begin.time_since_epoch().count();
    text_ += (end - begin).count();
  }
  void add_images(Clock::time_point begin, Clock::time_point end) {
    images_ += (end - begin).count();
  }

  // When the first message was taken up; `otherwise` when none was.
  Clock::time_point begin(Clock::time_point otherwise) const {
    const Clock::rep begin = begin_;
    return begin == 0 ? otherwise : Clock::time_point(Clock::duration(begin));
  }
  Clock::duration text() const { return Clock::duration(text_); }
  Clock::duration images() const { return Clock::duration(images_); }

 private:
  std::atomic<Clock::rep> begin_{0};
  std::atomic<Clock::rep> text_{0};
  std::atomic<Clock::rep> images_{0};
};

}  // namespace arges::sdk
