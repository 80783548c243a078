// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <thread>

#include "bindings_c/include/arges/arges.h"
#include "kernels/base/status.h"
#include "sdk/runtime/event_queue.h"

namespace arges::bindings {

// What an arges_queue stands for: the queue of events and, in callback mode, the one thread that
// empties it into the callback. Safe from any thread.
class EventSource {
 public:
  // callback null: events are pulled. Throws std::system_error when no thread can be had.
  EventSource(std::shared_ptr<sdk::EventQueue> events, arges_event_fn callback, void* user);
  // As close(). Never runs on the callback's thread, which holds no reference.
  ~EventSource();
  EventSource(const EventSource&) = delete;
  EventSource& operator=(const EventSource&) = delete;

  const std::shared_ptr<sdk::EventQueue>& events() const { return events_; }
  bool has_callback() const { return callback_ != nullptr; }
  // Whether the caller is inside this queue's callback.
  bool on_callback_thread() const;

  // Drops what waits and returns when no callback runs any more. Called once, not from the
  // callback.
  void close();

 private:
  void dispatch() const noexcept;

  const std::shared_ptr<sdk::EventQueue> events_;
  const arges_event_fn callback_;
  void* const user_;
  std::thread dispatcher_;  // the last member: starts when all others stand
};

}  // namespace arges::bindings
