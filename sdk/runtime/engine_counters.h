// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

#include "sdk/runtime/event.h"

namespace arges::sdk {

// What an engine is doing and has done, as it was a moment ago.
struct EngineStats {
  // Now: open sessions, and requests by what they are in.
  std::int64_t sessions = 0;
  std::int64_t preparing = 0;
  std::int64_t prefilling = 0;
  std::int64_t decoding = 0;
  std::int64_t paused = 0;  // their text waits for room in a queue
  // Since the engine was made.
  std::int64_t done = 0;
  std::int64_t cancelled = 0;
  std::int64_t failed = 0;
  std::int64_t prompt_tokens = 0;     // absorbed, pictures included
  std::int64_t generated_tokens = 0;  // chosen, stop tokens included
  std::int64_t images_encoded = 0;
  std::int64_t images_cached = 0;  // shown again, and not encoded again
  std::int64_t reused_tokens = 0;  // with which requests began, not absorbed again
  std::int64_t steps = 0;
  std::chrono::microseconds step_time{0};  // in the model's steps
  // Memory by owner, in bytes; what sequences take is reckoned from their lengths.
  std::int64_t weight_bytes = 0;
  std::int64_t workspace_bytes = 0;
  std::int64_t session_bytes = 0;     // committed conversations
  std::int64_t request_bytes = 0;     // the copies that running requests work on
  std::int64_t checkpoint_bytes = 0;  // earlier turns' ends, to go back to, and pictures' features
};

// The part of it that the engine's threads write. Any thread may read.
struct EngineCounters {
  using Counter = std::atomic<std::int64_t>;

  void note_end(EventType type) {
    (type == EventType::kDone ? done : type == EventType::kFailed ? failed : cancelled) += 1;
  }

  Counter preparing{0};
  Counter prefilling{0};
  Counter decoding{0};
  Counter paused{0};
  Counter done{0};
  Counter cancelled{0};
  Counter failed{0};
  Counter prompt_tokens{0};
  Counter generated_tokens{0};
  Counter images_encoded{0};
  Counter images_cached{0};
  Counter reused_tokens{0};
  Counter steps{0};
  Counter step_us{0};
  Counter request_bytes{0};
};

}  // namespace arges::sdk
