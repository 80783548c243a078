// SPDX-License-Identifier: Apache-2.0
#include "bindings_c/src/opening.h"

#include <thread>
#include <utility>

#include "sdk/async/guard.h"

namespace arges::bindings {

Result<std::shared_ptr<Opening>> Opening::start(Open open, std::shared_ptr<sdk::EventQueue> events,
                                                std::uint64_t tag) {
  ARGES_RETURN_IF_ERROR(events->check_room_for_request());
  auto state = std::make_shared<sdk::RequestState>(std::weak_ptr<sdk::Scheduler>());
  const std::shared_ptr<Opening> opening(new Opening(std::move(state), std::move(events), tag));
  // Nobody waits for the thread: it owns all that it touches.
  std::thread([opening, open = std::move(open)] { opening->run(open); }).detach();
  return opening;
}

Result<std::shared_ptr<sdk::Engine>> Opening::take() {
  const std::lock_guard lock(mutex_);
  if (!finished()) {
    return Status(StatusCode::kBusy, "the engine is still being opened; wait for its last event");
  }
  if (engine_) return std::move(engine_);
  return Status(StatusCode::kNotFound,
                "the request has no engine: it failed, was cancelled, or the engine was taken");
}

void Opening::disown() {
  std::unique_lock lock(mutex_);
  disowned_ = true;
  const std::shared_ptr<sdk::Engine> engine = std::move(engine_);
  lock.unlock();
  if (engine) engine->close();
}

void Opening::run(const Open& open) noexcept {
  std::shared_ptr<sdk::Engine> engine;
  Status status = sdk::guarded([&]() -> Status {
    ARGES_ASSIGN_OR_RETURN(
        engine, open([this](std::int64_t done, std::int64_t total) { return go_on(done, total); }));
    return {};
  });
  if (status.ok() && abandoned()) status = {StatusCode::kCancelled, "cancelled"};
  if (!status.ok()) engine.reset();
  end(std::move(status), std::move(engine));
}

// Progress is for the eye: who finds no room, or no memory, for it goes on.
bool Opening::go_on(std::int64_t done, std::int64_t total) {
  if (abandoned()) return false;
  static_cast<void>(sdk::guarded([&]() -> Status {
    sdk::Event event;
    event.tag = tag_;
    event.prompt_done = static_cast<std::uint64_t>(done);
    event.prompt_tokens = static_cast<std::uint64_t>(total);
    events_->try_push(std::move(event));
    return {};
  }));
  return true;
}

// Sets no memory aside.
void Opening::end(Status status, std::shared_ptr<sdk::Engine> engine) noexcept {
  sdk::Event& last = terminal_.front();
  last.tag = tag_;
  last.type = status.ok()                               ? sdk::EventType::kDone
              : status.code() == StatusCode::kCancelled ? sdk::EventType::kCancelled
                                                        : sdk::EventType::kFailed;
  last.status = std::move(status);
  last.timings.total = std::chrono::duration_cast<sdk::RequestTimings::Time>(
      std::chrono::steady_clock::now() - begun_);
  {
    const std::lock_guard lock(mutex_);
    if (!disowned_) engine_ = std::move(engine);
    state_->finished = true;
  }
  events_->push_terminal(std::move(terminal_));
  if (engine) engine->close();
  state_->announce_end();
}

}  // namespace arges::bindings
