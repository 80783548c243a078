// SPDX-License-Identifier: Apache-2.0
#pragma once

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
class EventQueue {
 public:
  static constexpr std::size_t kMaxCapacity = 65536;
  static constexpr std::size_t kMaxEnds = 1024;

  // capacity in [1, kMaxCapacity]; INVALID_ARGUMENT otherwise, IO when no descriptor can be made,
  // OUT_OF_MEMORY_HOST.
  static Result<std::shared_ptr<EventQueue>> create(std::size_t capacity);
  EventQueue(const EventQueue&) = delete;
  EventQueue& operator=(const EventQueue&) = delete;

  // One event in a place of its own.
  using Slot = std::list<Event>;

  // For the scheduler. False when full or closed (there is nobody to wait for then: see closed());
  // the slot keeps its event.
  bool try_push(Slot& slot) noexcept;
  // The same with a slot made now; a refused event is dropped. Throws std::bad_alloc.
  bool try_push(Event event);

  // Room for one terminal event, set aside when a request is accepted so that memory running out
  // later cannot keep its end from its reader.
  using TerminalSlot = Slot;
  static TerminalSlot make_terminal_slot() { return TerminalSlot(1); }
  // BUSY when so many terminal events wait unread that no request may be added.
  Status check_room_for_request() const;
  // Takes the slot's event whatever the queue's length.
  void push_terminal(TerminalSlot slot) noexcept;
  // The same with a slot made now. Throws std::bad_alloc.
  void push_terminal(Event event);

  // Called, from the reader's thread, whenever a pop makes a full queue non-full, and when the
  // queue closes. See SpaceListeners::add.
  std::shared_ptr<void> add_space_listener(const void* owner, std::function<void()> listener);

  // For readers. What came of waiting at most `timeout` (negative: without limit, zero: not at
  // all).
  enum class News { kEvent, kTimeout, kClosed };
  // Waits until an event can be taken; another reader may be faster. Needs no memory.
  News wait(std::chrono::milliseconds timeout);
  // kEvent: the next event has been moved behind those of `taken`. Needs no memory.
  News take(std::chrono::milliseconds timeout, std::list<Event>& taken);
  // The same as a Result: TIMEOUT when none came, CLOSED once closed.
  Result<Event> next(std::chrono::milliseconds timeout);
  // Readable while events wait or the queue is closed; for poll/select/epoll only, owned by the
  // queue.
  int fd() const { return readiness_.fd(); }

  // Drops what waits, wakes all readers with CLOSED; further events are dropped. Idempotent.
  void close();
  bool closed() const;

 private:
  EventQueue(std::size_t capacity, ReadinessFd readiness)
      : capacity_(capacity), readiness_(std::move(readiness)) {}
  void append(Slot& slot);
  News wait_for_news(std::unique_lock<std::mutex>& lock, std::chrono::milliseconds timeout);

  const std::size_t capacity_;
  mutable std::mutex mutex_;
  std::condition_variable news_;
  ReadinessFd readiness_;  // raised while events wait or the queue is closed
  std::list<Event> events_;
  std::size_t ends_ = 0;  // of them, terminal ones
  bool closed_ = false;
  SpaceListeners listeners_;
};

}  // namespace arges::sdk
