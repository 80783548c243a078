// SPDX-License-Identifier: Apache-2.0
#include "bindings_c/src/event_source.h"

#include <chrono>
#include <list>
#include <utility>

#include "bindings_c/src/caller_code.h"
#include "bindings_c/src/event_struct.h"

namespace arges::bindings {
namespace {

// Whether the thread is some queue's dispatcher, so that its callers are callbacks.
thread_local bool on_callback_thread = false;

// The end of a dispatcher, also of one that its callback ends (pthread_exit): nobody will read the
// queue any more, so its requests are cancelled.
class AtEnd {
 public:
  AtEnd(sdk::EventQueue& events, const EventCallback& callback)
      : events_(events), callback_(callback) {}
  ~AtEnd() {
    events_.close();
    if (callback_.release == nullptr) return;
    try {
      callback_.release(callback_.user);
    } catch (...) {
    }
  }
  AtEnd(const AtEnd&) = delete;
  AtEnd& operator=(const AtEnd&) = delete;

 private:
  sdk::EventQueue& events_;
  const EventCallback callback_;
};

// Ends when the queue is closed. Not noexcept: a thread may be ended in its callback.
void dispatch(const std::shared_ptr<sdk::EventQueue>& events, const EventCallback& callback) {
  on_callback_thread = true;
  const AtEnd at_end(*events, callback);
  for (;;) {
    std::list<sdk::Event> taken;
    const auto news = events->take(std::chrono::milliseconds(-1), 1, taken);
    if (news != sdk::EventQueue::News::kEvent) return;
    const arges_event event = describe_event(taken.front(), 0);
    run_callers_code([&] { callback.call(callback.user, &event); });
  }
}

}  // namespace

EventSource::EventSource(std::shared_ptr<sdk::EventQueue> events, const EventCallback& callback)
    : events_(std::move(events)), has_callback_(callback.call != nullptr) {
  if (!has_callback_) return;
  // The thread may outlive the object.
  dispatcher_ = std::thread([events = events_, callback] { dispatch(events, callback); });
}

EventSource::~EventSource() {
  close();
}

void EventSource::close() {
  events_->close();
  if (!dispatcher_.joinable()) return;
  if (on_callback_thread) {
    dispatcher_.detach();
  } else {
    dispatcher_.join();
  }
}

}  // namespace arges::bindings
