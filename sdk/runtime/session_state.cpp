// SPDX-License-Identifier: Apache-2.0
#include "sdk/runtime/session_state.h"

#include <utility>

#include "sdk/runtime/scheduler.h"

namespace arges::sdk {

std::int64_t SessionState::token_count() const {
  std::lock_guard lock(mutex_);
  return token_count_;
}

Status SessionState::start(std::shared_ptr<RequestState> request,
                           const std::function<Status(const Past&)>& submit) {
  std::lock_guard lock(mutex_);
  if (closed_) return {StatusCode::kClosed, "the session has been closed"};
  if (in_flight_) {
    return {StatusCode::kBusy,
            "the session has a request in flight; wait for its terminal event or cancel it"};
  }
  ARGES_RETURN_IF_ERROR(submit(conversation_));
  in_flight_ = std::move(request);
  return {};
}

void SessionState::finish(Past result, const std::function<void()>& announce) {
  std::lock_guard lock(mutex_);
  if (result) {
    conversation_ = std::move(result);
    token_count_ = conversation_->token_count();
  }
  in_flight_.reset();
  announce();
  idle_.notify_all();
}

void SessionState::begin_close() {
  std::lock_guard lock(mutex_);
  closed_ = true;
  if (!in_flight_) return;
  in_flight_->cancel_requested = true;
  if (const auto owner = scheduler_.lock()) owner->wake();
}

void SessionState::close() {
  begin_close();
  {
    std::unique_lock lock(mutex_);
    idle_.wait(lock, [this] { return !in_flight_; });
    conversation_.reset();
    token_count_ = 0;
  }
  if (const auto owner = scheduler_.lock()) owner->forget(this);
}

}  // namespace arges::sdk
