// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "kernels/base/status.h"

namespace arges::sdk {

// Kinds of event; the values are the C ABI's ARGES_EVENT_*. Those that end a request lie from 256
// on, so that numbers are left for kinds to come that do not.
enum class EventType : std::uint32_t {
  kProgress = 1,     // prompt tokens absorbed so far; may be skipped when the reader is slow
  kText = 2,         // a piece of the answer: whole UTF-8 code points
  kDone = 256,       // terminal: the answer is complete and part of the session
  kCancelled = 257,  // terminal: cancelled or past its deadline; the session is as before
  kFailed = 258,     // terminal: status says why; the session is as before
};

constexpr bool is_terminal(EventType type) {
  return type >= EventType::kDone;
}

// Why a generation is done; the values are the C ABI's ARGES_FINISH_*.
enum class FinishReason : std::uint32_t {
  kNone = 0,    // not done
  kStop = 1,    // the model ended its turn, or a stop string or id was met
  kLength = 2,  // max_tokens were generated, or the context is full
};

// Where a request's time went. Zero for what it did not come to.
struct RequestTimings {
  using Time = std::chrono::microseconds;

  Time queued{0};       // from submission until its first message was taken up
  Time text{0};         // in tokenizing its messages
  Time images{0};       // in decoding and encoding its pictures
  Time prefill{0};      // from the prompt's completion until it was absorbed
  Time first_token{0};  // from submission until the answer's first token
  Time total{0};        // from submission until the end
};

// What a request tells its reader. A value type.
struct Event {
  EventType type = EventType::kProgress;
  std::uint64_t tag = 0;  // the request's
  Status status;          // kCancelled: CANCELLED or DEADLINE; kFailed: the failure; else ok
  FinishReason finish_reason = FinishReason::kNone;
  std::string text;                    // kText
  std::uint64_t prompt_tokens = 0;     // new tokens of this request's prompt, pictures included;
                                       // 0 until the prompt is complete
  std::uint64_t prompt_done = 0;       // of these, absorbed so far
  std::uint64_t generated_tokens = 0;  // of the answer; a stop token is not counted
  std::uint64_t reused_tokens = 0;     // of terminal events: of the conversation and the prompt,
                                       // those that were not absorbed for this request
  RequestTimings timings;              // of terminal events
};

}  // namespace arges::sdk
