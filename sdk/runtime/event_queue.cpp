// SPDX-License-Identifier: Apache-2.0
#include "sdk/runtime/event_queue.h"

#include <algorithm>
#include <iterator>
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

// Precondition: mutex_ is held, the descriptor is not as it is to be.
void EventQueue::set_readable(bool readable) {
  if (!watched_) return;
  if (readable) {
    readiness_.raise();
  } else {
    readiness_.lower();
  }
}

// The first events of `from`, at least one. Precondition: mutex_ is held; the caller wakes a reader
// when it has let go of it. Moves the nodes, so it cannot fail.
void EventQueue::append(Slots& from, Slots::iterator end) {
  if (events_.empty()) set_readable(true);
  for (auto event = from.begin(); event != end; ++event) ends_ += is_terminal(event->type) ? 1 : 0;
  events_.splice(events_.end(), from, from.begin(), end);
}

// Precondition: mutex_ is held.
std::size_t EventQueue::room_now() const {
  return closed_ ? 0 : capacity_ - std::min(capacity_, events_.size());
}

std::size_t EventQueue::room() const {
  std::lock_guard lock(mutex_);
  return room_now();
}

std::size_t EventQueue::try_push(Slots& events) noexcept {
  std::size_t taken = 0;
  {
    std::lock_guard lock(mutex_);
    taken = std::min(room_now(), events.size());
    if (taken == 0) return 0;
    append(events, std::next(events.begin(), static_cast<std::ptrdiff_t>(taken)));
  }
  news_.notify_one();
  return taken;
}

bool EventQueue::try_push(Event event) {
  Slots slot(1);
  slot.front() = std::move(event);
  return try_push(slot) == 1;
}

Status EventQueue::check_room_for_request() const {
  std::lock_guard lock(mutex_);
  if (ends_ < kMaxEnds) return {};
  return {StatusCode::kBusy, "the ends of " + std::to_string(ends_) +
                                 " requests wait in the queue; read them before the next request"};
}

void EventQueue::push_terminal(TerminalSlot slot) noexcept {
  {
    std::lock_guard lock(mutex_);
    if (closed_) return;
    append(slot, slot.end());
  }
  news_.notify_one();
}

std::shared_ptr<void> EventQueue::add_space_listener(const void* owner,
                                                     std::function<void()> listener) {
  return listeners_.add(owner, std::move(listener));
}

EventQueue::News EventQueue::wait_for_news(std::unique_lock<std::mutex>& lock,
                                           std::chrono::milliseconds timeout) {
  using Clock = std::chrono::steady_clock;
  const auto has_news = [this] { return closed_ || !events_.empty(); };
  const auto news = [this] { return closed_ ? News::kClosed : News::kEvent; };
  if (has_news()) return news();
  // A wait of no length would sleep all the same.
  if (timeout.count() == 0) return News::kTimeout;
  const auto now = Clock::now();
  if (timeout.count() < 0 ||
      timeout > std::chrono::floor<std::chrono::milliseconds>(Clock::time_point::max() - now)) {
    news_.wait(lock, has_news);
  } else if (!news_.wait_until(lock, now + timeout, has_news)) {
    return News::kTimeout;
  }
  return news();
}

EventQueue::News EventQueue::wait(std::chrono::milliseconds timeout) {
  std::unique_lock lock(mutex_);
  const News news = wait_for_news(lock, timeout);
  // What this reader was woken for is there for the others too, should it not take it.
  if (news == News::kEvent) news_.notify_one();
  return news;
}

EventQueue::News EventQueue::take(std::chrono::milliseconds timeout, std::size_t most,
                                  Slots& taken) {
  bool made_room = false;
  {
    std::unique_lock lock(mutex_);
    const News news = wait_for_news(lock, timeout);
    if (news != News::kEvent) return news;
    const std::size_t waiting = events_.size();
    Slots first;
    const auto count = static_cast<std::ptrdiff_t>(std::min(most, waiting));
    first.splice(first.end(), events_, events_.begin(), std::next(events_.begin(), count));
    for (const Event& event : first) ends_ -= is_terminal(event.type) ? 1 : 0;
    taken.splice(taken.end(), first);
    made_room = waiting >= capacity_ && events_.size() < capacity_;
    if (events_.empty()) {
      set_readable(false);
    } else {
      news_.notify_one();
    }
  }
  if (made_room) listeners_.notify();
  return News::kEvent;
}

std::size_t EventQueue::size() const {
  std::lock_guard lock(mutex_);
  return events_.size();
}

int EventQueue::fd() {
  std::lock_guard lock(mutex_);
  if (!watched_) {
    watched_ = true;
    if (closed_ || !events_.empty()) set_readable(true);
  }
  return readiness_.fd();
}

Result<Event> EventQueue::next(std::chrono::milliseconds timeout) {
  Slots taken;
  switch (take(timeout, 1, taken)) {
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
  Slots dropped;
  {
    std::lock_guard lock(mutex_);
    if (closed_.exchange(true)) return;
    if (events_.empty()) set_readable(true);
    dropped.swap(events_);
    ends_ = 0;
    news_.notify_all();
  }
  listeners_.notify();
}

}  // namespace arges::sdk
