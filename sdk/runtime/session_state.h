// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>

#include "kernels/base/status.h"
#include "sdk/runtime/conversation.h"
#include "sdk/runtime/request_state.h"

namespace arges::sdk {

// One conversation and the request that may be in flight on it. Safe from any thread.
//
//        start ok                     finish
//   idle ────────→ in flight (one) ──────────→ idle        close, from either: closed, for good
//
// The committed conversation is shared with those who copy it and never changes.
class SessionState {
 public:
  explicit SessionState(std::weak_ptr<Scheduler> scheduler) : scheduler_(std::move(scheduler)) {}

  std::shared_ptr<Scheduler> scheduler() const { return scheduler_.lock(); }
  std::int64_t token_count() const;

  using Past = std::shared_ptr<const Conversation>;  // null: nothing has been said

  // Puts `request` in flight if `submit`, given the conversation, accepts it: BUSY, CLOSED, or
  // submit's failure. Submit runs under the session's lock, so that closing comes before it or
  // after it.
  Status start(std::shared_ptr<RequestState> request,
               const std::function<Status(const Past&)>& submit);

  // Ends the request in flight: replaces the conversation if `result` is given, then calls
  // `announce`, which queues the terminal event. All under one lock: whoever has read the event
  // finds the session idle, and close() returns only when the event is there.
  void finish(Past result, const std::function<void()>& announce);

  // Refuses further requests and cancels the one in flight; does not wait.
  void begin_close();
  // begin_close(), waits for the end of the request in flight, lets the conversation go.
  // Idempotent.
  void close();

 private:
  const std::weak_ptr<Scheduler> scheduler_;
  mutable std::mutex mutex_;
  std::condition_variable idle_;
  bool closed_ = false;
  std::shared_ptr<RequestState> in_flight_;
  Past conversation_;
  std::int64_t token_count_ = 0;
};

}  // namespace arges::sdk
