// SPDX-License-Identifier: Apache-2.0
#include "bindings_c/src/event_source.h"

#include <chrono>
#include <list>

#include "bindings_c/src/event_struct.h"

namespace arges::bindings {
namespace {

thread_local const EventSource* dispatching = nullptr;

}  // namespace

EventSource::EventSource(std::shared_ptr<sdk::EventQueue> events, arges_event_fn callback,
                         void* user)
    : events_(std::move(events)), callback_(callback), user_(user) {
  if (callback_ != nullptr) dispatcher_ = std::thread([this] { dispatch(); });
}

EventSource::~EventSource() {
  close();
}

bool EventSource::on_callback_thread() const {
  return dispatching == this;
}

void EventSource::close() {
  events_->close();
  if (dispatcher_.joinable()) dispatcher_.join();
}

// Ends when the queue is closed. An exception out of the caller's C++ code is dropped: there is
// nobody to give it to, and the request it belongs to goes on.
void EventSource::dispatch() const noexcept {
  dispatching = this;
  for (;;) {
    try {
      std::list<sdk::Event> taken;
      const auto news = events_->take(std::chrono::milliseconds(-1), taken);
      if (news != sdk::EventQueue::News::kEvent) return;
      const arges_event event = describe_event(taken.front(), 0);
      callback_(user_, &event);
    } catch (...) {
    }
  }
}

}  // namespace arges::bindings
