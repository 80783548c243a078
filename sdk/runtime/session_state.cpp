// SPDX-License-Identifier: Apache-2.0
#include "sdk/runtime/session_state.h"

#include <string>
#include <utility>

#include "sdk/runtime/scheduler.h"

namespace arges::sdk {

SessionState::Past SessionState::past() const {
  std::lock_guard lock(mutex_);
  return shared_.past;
}

SessionState::Shared SessionState::shared() const {
  std::lock_guard lock(mutex_);
  return shared_;
}

Result<std::shared_ptr<SessionState>> SessionState::fork(Scheduler& scheduler) const {
  ARGES_ASSIGN_OR_RETURN(Shared shared, shared_of_open());
  return scheduler.open_session(rules_.turns, std::move(shared));
}

Result<SessionState::Shared> SessionState::shared_of_open() const {
  std::lock_guard lock(mutex_);
  if (closed_) return Status(StatusCode::kClosed, "the session has been closed");
  return shared_;
}

Status SessionState::check_idle() const {
  if (closed_) return {StatusCode::kClosed, "the session has been closed"};
  if (!in_flight_) return {};
  return {StatusCode::kBusy,
          "the session has a request in flight; wait for its terminal event or cancel it"};
}

Status SessionState::rewind(std::uint64_t turns) {
  Past forgotten;  // freed behind the lock
  std::lock_guard lock(mutex_);
  ARGES_RETURN_IF_ERROR(check_idle());
  const std::size_t there = shared_.past ? shared_.past->turns.size() : 0;
  if (turns > there) {
    return {StatusCode::kNotFound,
            "the conversation has " + std::to_string(there) + " turns; ask for no more than these"};
  }
  if (turns == there) return {};
  forgotten = turns == 0 ? nullptr : first_turns(*shared_.past, turns);
  forgotten.swap(shared_.past);
  return {};
}

Status SessionState::start(std::shared_ptr<RequestState> request,
                           const std::function<Status(const Shared&)>& submit) {
  std::lock_guard lock(mutex_);
  ARGES_RETURN_IF_ERROR(check_idle());
  ARGES_RETURN_IF_ERROR(submit(shared_));
  in_flight_ = std::move(request);
  return {};
}

void SessionState::finish(Past result, const std::function<void()>& announce) {
  std::lock_guard lock(mutex_);
  if (result) shared_.past = std::move(result);
  in_flight_.reset();
  announce();
  idle_.notify_all();
}

void SessionState::finish_anew(Past whole, const std::function<void()>& announce) {
  Past former;  // freed behind the lock
  std::lock_guard lock(mutex_);
  former = std::exchange(shared_.past, std::move(whole));
  in_flight_.reset();
  announce();
  idle_.notify_all();
}

Status SessionState::start_beside(std::shared_ptr<RequestState> request,
                                  const std::function<Status(const Past&)>& submit) {
  std::lock_guard lock(mutex_);
  if (closed_) return {StatusCode::kClosed, "the session has been closed"};
  if (beside_) {
    return {StatusCode::kBusy,
            "the session is being saved already; wait for that request's terminal event"};
  }
  ARGES_RETURN_IF_ERROR(submit(shared_.past));
  beside_ = std::move(request);
  return {};
}

void SessionState::finish_beside(const std::function<void()>& announce) {
  std::lock_guard lock(mutex_);
  beside_.reset();
  announce();
  idle_.notify_all();
}

void SessionState::begin_close() {
  std::lock_guard lock(mutex_);
  closed_ = true;
  if (!in_flight_ && !beside_) return;
  if (in_flight_) in_flight_->cancel_requested = true;
  if (beside_) beside_->cancel_requested = true;
  if (const auto owner = scheduler_.lock()) owner->wake();
}

void SessionState::close() {
  begin_close();
  Shared gone;  // freed behind the lock
  {
    std::unique_lock lock(mutex_);
    idle_.wait(lock, [this] { return !in_flight_ && !beside_; });
    gone = std::exchange(shared_, {});
  }
  if (const auto owner = scheduler_.lock()) owner->forget(this);
}

}  // namespace arges::sdk
