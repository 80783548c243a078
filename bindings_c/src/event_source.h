// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <thread>

#include "bindings_c/include/arges/arges.h"
#include "kernels/base/status.h"
#include "sdk/runtime/event_queue.h"

namespace arges::bindings {

// The caller's side of a queue in callback mode.
struct EventCallback {
  arges_event_fn call = nullptr;  // null: events are pulled
  void* user = nullptr;
  arges_release_fn release = nullptr;  // may be null
};

// What an arges_queue stands for: the queue of events and, in callback mode, the one thread that
// empties it into the callback. Safe from any thread.
class EventSource {
 public:
  // Throws std::system_error when no thread can be had; the callback's release is not called then.
  EventSource(std::shared_ptr<sdk::EventQueue> events, const EventCallback& callback);
  // As close().
  ~EventSource();
  EventSource(const EventSource&) = delete;
  EventSource& operator=(const EventSource&) = delete;

  const std::shared_ptr<sdk::EventQueue>& events() const { return events_; }
  bool has_callback() const { return has_callback_; }

  // Drops what waits and ends the thread. Returns when no callback of this queue runs any more,
  // unless it is called from a callback, of this queue or another: two that close each other's
  // would wait for ever. Once; a second call does nothing.
  void close();

 private:
  const std::shared_ptr<sdk::EventQueue> events_;
  const bool has_callback_;
  std::thread dispatcher_;
};

}  // namespace arges::bindings
