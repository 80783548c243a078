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
// Beside it, whether idle or not, one request at a time may read what is committed: start_beside,
// finish_beside.
//
// The committed conversation is shared with those who copy it and never changes.
class SessionState {
 public:
  using Past = std::shared_ptr<const Conversation>;  // null: nothing has been said

  // What it may share with other sessions.
  struct Shared {
    Past past;
    std::shared_ptr<Scope> scope;  // null once the session has been closed
  };

  SessionState(std::weak_ptr<Scheduler> scheduler, CheckpointRules rules, Shared shared)
      : scheduler_(std::move(scheduler)), rules_(std::move(rules)), shared_(std::move(shared)) {}

  std::shared_ptr<Scheduler> scheduler() const { return scheduler_.lock(); }
  const CheckpointRules& checkpoint_rules() const { return rules_; }
  // What is committed; null too once it has been closed.
  Past past() const;
  // The same, and the scope.
  Shared shared() const;
  // The same; CLOSED.
  Result<Shared> shared_of_open() const;
  // A session with that past and that scope: CLOSED, or as Scheduler::open_session.
  Result<std::shared_ptr<SessionState>> fork(Scheduler& scheduler) const;
  // Forgets all turns behind the first `turns`: BUSY, CLOSED, NOT_FOUND when there are fewer.
  Status rewind(std::uint64_t turns);

  // Puts `request` in flight if `submit`, given what is shared, accepts it: BUSY, CLOSED, or
  // submit's failure. Submit runs under the session's lock, so that closing comes before it or
  // after it.
  Status start(std::shared_ptr<RequestState> request,
               const std::function<Status(const Shared&)>& submit);

  // Ends the request in flight: replaces the conversation if `result` is given, then calls
  // `announce`, which queues the terminal event. All under one lock: whoever has read the event
  // finds the session idle, and close() returns only when the event is there.
  void finish(Past result, const std::function<void()>& announce);
  // The same for a request that has made the whole conversation anew, which may be null.
  void finish_anew(Past whole, const std::function<void()>& announce);

  // As start and finish, for a request that leaves the conversation alone: BUSY while there is one
  // such already.
  Status start_beside(std::shared_ptr<RequestState> request,
                      const std::function<Status(const Past&)>& submit);
  void finish_beside(const std::function<void()>& announce);

  // Refuses further requests and cancels those there are; does not wait.
  void begin_close();
  // begin_close(), waits for the end of these requests, lets the conversation go.
  // Idempotent.
  void close();

 private:
  Status check_idle() const;

  const std::weak_ptr<Scheduler> scheduler_;
  const CheckpointRules rules_;
  mutable std::mutex mutex_;
  std::condition_variable idle_;
  bool closed_ = false;
  std::shared_ptr<RequestState> in_flight_;
  std::shared_ptr<RequestState> beside_;
  Shared shared_;
};

}  // namespace arges::sdk
