// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <list>
#include <memory>
#include <mutex>

#include "kernels/base/status.h"
#include "sdk/runtime/event.h"
#include "sdk/runtime/readiness_fd.h"
#include "sdk/runtime/space_listeners.h"

namespace arges::sdk {

// A bounded queue of events from any number of requests to any number of readers, pollable
// through a file descriptor. Safe from any thread.
//
// Backpressure: try_push refuses when `capacity` events wait; the scheduler then leaves that
// request alone until a reader makes room, so a slow reader slows its own generations only.
// Terminal events always fit; while kMaxEnds of them wait, no further request is taken on.
//
// One wake-up a push, however many events it brings: a reader that leaves some behind wakes the
// next reader.
class EventQueue {
 public:
  static constexpr std::size_t kMaxCapacity = 65536;
  static constexpr std::size_t kMaxEnds = 1024;

  // capacity in [1, kMaxCapacity]; INVALID_ARGUMENT otherwise, IO when no descriptor can be made,
  // OUT_OF_MEMORY_HOST.
  static Result<std::shared_ptr<EventQueue>> create(std::size_t capacity);
  EventQueue(const EventQueue&) = delete;
  EventQueue& operator=(const EventQueue&) = delete;

  // Events, each in a place of its own.
  using Slots = std::list<Event>;

  // For the scheduler. Takes the first of them, in their order, as many as there is room for, and
  // says how many; the rest stay where they are. 0 when full or closed (there is nobody to wait for
  // then: see closed()).
  std::size_t try_push(Slots& events) noexcept;
  // How many it would take, a moment ago.
  std::size_t room() const;
  // One event, in a slot made now; a refused one is dropped. Throws std::bad_alloc.
  bool try_push(Event event);

  // Room for one terminal event, set aside when a request is accepted so that memory running out
  // later cannot keep its end from its reader.
  using TerminalSlot = Slots;
  static TerminalSlot make_terminal_slot() { return TerminalSlot(1); }
  // BUSY when so many terminal events wait unread that no request may be added.
  Status check_room_for_request() const;
  // Takes the slot's event whatever the queue's length.
  void push_terminal(TerminalSlot slot) noexcept;

  // Called, from the reader's thread, whenever a pop makes a full queue non-full, and when the
  // queue closes. See SpaceListeners::add.
  std::shared_ptr<void> add_space_listener(const void* owner, std::function<void()> listener);

  // For readers. What came of waiting at most `timeout` (negative: without limit, zero: not at
  // all).
  enum class News { kEvent, kTimeout, kClosed };
  // Waits until an event can be taken; another reader may be faster. Needs no memory.
  News wait(std::chrono::milliseconds timeout);
  // kEvent: the next event, and of those behind it as many as make `most` (>= 1), have been moved
  // behind those of `taken`. Needs no memory.
  News take(std::chrono::milliseconds timeout, std::size_t most, Slots& taken);
  // The same as a Result: TIMEOUT when none came, CLOSED once closed.
  Result<Event> next(std::chrono::milliseconds timeout);
  // Events that wait, a moment ago.
  std::size_t size() const;
  // Readable while events wait or the queue is closed; for poll/select/epoll only, owned by the
  // queue. Costs a system call whenever the queue fills or empties, from the first fd() on.
  int fd();

  // Drops what waits, wakes all readers with CLOSED; further events are dropped. Idempotent.
  void close();
  bool closed() const { return closed_; }

 private:
  EventQueue(std::size_t capacity, ReadinessFd readiness)
      : capacity_(capacity), readiness_(std::move(readiness)) {}
  std::size_t room_now() const;
  void append(Slots& from, Slots::iterator end);
  void set_readable(bool readable);
  News wait_for_news(std::unique_lock<std::mutex>& lock, std::chrono::milliseconds timeout);

  const std::size_t capacity_;
  mutable std::mutex mutex_;
  std::condition_variable news_;
  ReadinessFd readiness_;  // once watched: raised while events wait or the queue is closed
  bool watched_ = false;   // somebody has the descriptor
  Slots events_;
  std::size_t ends_ = 0;             // of them, terminal ones
  std::atomic<bool> closed_{false};  // written under the lock
  SpaceListeners listeners_;
};

}  // namespace arges::sdk
