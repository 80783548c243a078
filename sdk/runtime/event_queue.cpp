// SPDX-License-Identifier: Apache-2.0
#include "sdk/runtime/event_queue.h"

#include <new>
#include <string>
#include <utility>

namespace arges::sdk {

Result<std::shared_ptr<EventQueue>> EventQueue::create(std::size_t capacity) {
  if (capacity < 1 || capacity > kMaxCapacity) {
    return invalid_argument("the capacity of an event queue must be between 1 and 65536");
  }
  ARGES_ASSIGN_OR_RETURN(ReadinessFd readiness, ReadinessFd::create());
  try {
    return std::shared_ptr<EventQueue>(new EventQueue(capacity, std::move(readiness)));
  } catch (const std::bad_alloc&) {
    return Status(StatusCode::kOutOfMemoryHost, "out of memory");
  }
}

// Precondition: mutex_ is held. Moves the node, so it cannot fail.
void EventQueue::append(Slot& slot) {
  if (events_.empty()) readiness_.raise();
  if (is_terminal(slot.front().type)) ++ends_;
  events_.splice(events_.end(), slot);
  news_.notify_one();
}

bool EventQueue::try_push(Slot& slot) noexcept {
  std::lock_guard lock(mutex_);
  if (closed_ || events_.size() >= capacity_) return false;
  append(slot);
  return true;
}

bool EventQueue::try_push(Event event) {
  Slot slot(1);
  slot.front() = std::move(event);
  return try_push(slot);
}

Status EventQueue::check_room_for_request() const {
  std::lock_guard lock(mutex_);
  if (ends_ < kMaxEnds) return {};
  return {StatusCode::kBusy, "the ends of " + std::to_string(ends_) +
                                 " requests wait in the queue; read them before the next request"};
}

void EventQueue::push_terminal(TerminalSlot slot) noexcept {
  std::lock_guard lock(mutex_);
  if (!closed_) append(slot);
}

void EventQueue::push_terminal(Event event) {
  TerminalSlot slot = make_terminal_slot();
  slot.front() = std::move(event);
  push_terminal(std::move(slot));
}

std::shared_ptr<void> EventQueue::add_space_listener(const void* owner,
                                                     std::function<void()> listener) {
  return listeners_.add(owner, std::move(listener));
}

EventQueue::News EventQueue::wait_for_news(std::unique_lock<std::mutex>& lock,
                                           std::chrono::milliseconds timeout) {
  using Clock = std::chrono::steady_clock;
  const auto has_news = [this] { return closed_ || !events_.empty(); };
  // A wait of no length would sleep all the same.
  if (timeout.count() == 0 && !has_news()) return News::kTimeout;
  const auto now = Clock::now();
  if (timeout.count() < 0 ||
      timeout > std::chrono::floor<std::chrono::milliseconds>(Clock::time_point::max() - now)) {
    news_.wait(lock, has_news);
  } else if (!news_.wait_until(lock, now + timeout, has_news)) {
    return News::kTimeout;
  }
  return closed_ ? News::kClosed : News::kEvent;
}

EventQueue::News EventQueue::wait(std::chrono::milliseconds timeout) {
  std::unique_lock lock(mutex_);
  const News news = wait_for_news(lock, timeout);
  // What this reader was woken for is there for the others too, should it not take it.
  if (news == News::kEvent) news_.notify_one();
  return news;
}

EventQueue::News EventQueue::take(std::chrono::milliseconds timeout, std::list<Event>& taken) {
  bool made_room = false;
  {
    std::unique_lock lock(mutex_);
    const News news = wait_for_news(lock, timeout);
    if (news != News::kEvent) return news;
    made_room = events_.size() == capacity_;
    taken.splice(taken.end(), events_, events_.begin());
    if (is_terminal(taken.back().type)) --ends_;
    if (events_.empty()) readiness_.lower();
  }
  if (made_room) listeners_.notify();
  return News::kEvent;
}

Result<Event> EventQueue::next(std::chrono::milliseconds timeout) {
  std::list<Event> taken;
  switch (take(timeout, taken)) {
    case News::kTimeout:
      return Status(StatusCode::kTimeout, "no event came within the time given");
    case News::kClosed:
      return Status(StatusCode::kClosed, "the event queue has been closed");
    case News::kEvent:
      break;
  }
  return std::move(taken.front());
}

void EventQueue::close() {
  std::list<Event> dropped;
  {
    std::lock_guard lock(mutex_);
    if (std::exchange(closed_, true)) return;
    if (events_.empty()) readiness_.raise();
    dropped.swap(events_);
    ends_ = 0;
    news_.notify_all();
  }
  listeners_.notify();
}

bool EventQueue::closed() const {
  std::lock_guard lock(mutex_);
  return closed_;
}

}  // namespace arges::sdk
