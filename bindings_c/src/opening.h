// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>

#include "kernels/base/status.h"
#include "sdk/model/weight_loader.h"
#include "sdk/runtime/engine.h"
#include "sdk/runtime/event_queue.h"
#include "sdk/runtime/request_state.h"

namespace arges::bindings {

// An engine that is opened on a thread of its own: a request whose events are the bytes loaded and
// whose outcome is an engine. Safe from any thread.
class Opening : public sdk::Request {
 public:
  // Opens an engine, asking the function it is given often whether to go on.
  using Open = std::function<Result<std::shared_ptr<sdk::Engine>>(sdk::LoadProgress)>;

  // Returns at once; the terminal event will follow in `events`. BUSY as for any request. Throws
  // std::system_error when the system refuses a thread, std::bad_alloc; nothing follows then.
  static Result<std::shared_ptr<Opening>> start(Open open, std::shared_ptr<sdk::EventQueue> events,
                                                std::uint64_t tag);

  // The engine, once: BUSY before the end, NOT_FOUND when there is none or it was taken.
  Result<std::shared_ptr<sdk::Engine>> take();

  // Nobody will take the engine: one that is there is closed before this returns, one that is still
  // to come as soon as it does.
  void disown();

 private:
  Opening(std::shared_ptr<sdk::RequestState> state, std::shared_ptr<sdk::EventQueue> events,
          std::uint64_t tag)
      : sdk::Request(state), state_(std::move(state)), events_(std::move(events)), tag_(tag) {}
  void run(const Open& open) noexcept;
  bool go_on(std::int64_t done, std::int64_t total);
  bool abandoned() const { return state_->cancel_requested || events_->closed(); }
  void end(Status status, std::shared_ptr<sdk::Engine> engine) noexcept;

  const std::shared_ptr<sdk::RequestState> state_;
  const std::shared_ptr<sdk::EventQueue> events_;
  const std::uint64_t tag_;
  sdk::EventQueue::TerminalSlot terminal_ = sdk::EventQueue::make_terminal_slot();
  const std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
  std::mutex mutex_;
  bool disowned_ = false;
  std::shared_ptr<sdk::Engine> engine_;
};

}  // namespace arges::bindings
