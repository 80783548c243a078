// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>

#include "sdk/async/alarm.h"
#include "sdk/async/engine_thread.h"
#include "sdk/runtime/engine_counters.h"
#include "sdk/runtime/preparation.h"
#include "sdk/runtime/preparation_line.h"

namespace arges::sdk {

// Prepares requests off the step thread:
//
//   messages ─ text thread: ids ─ picture thread: features ─ text thread: the request's copy of the
//   session's state
//
// Requests take turns on each thread, one slice of work a turn: a stretch of text, a picture's
// scaling or a few of its tiles, a copy. So a short request never waits for all of a long one, and
// text never waits for pictures. Of requests that have ended nothing is kept but what the two
// threads have in hand.
class Preparer {
 public:
  // As join().
  ~Preparer();
  Preparer(const Preparer&) = delete;
  Preparer& operator=(const Preparer&) = delete;

  // Starts both threads. on_ready is called on one of them when a preparation has become ready.
  // Model and counters must outlive the object. IO when the system refuses a thread,
  // OUT_OF_MEMORY_HOST.
  static Result<std::unique_ptr<Preparer>> create(Model& model, EngineCounters& counters,
                                                  std::function<void()> on_ready);

  // Takes over; ready() follows, unless the preparation is withdrawn: then nothing more.
  void start(PreparationLine::Entry preparation) noexcept;
  // The request has ended: what waits for its turn is let go, the slice under way is the last, and
  // its stop check ends that too.
  void withdraw(Preparation& preparation) noexcept;
  // Ends the threads after what they have in hand. Idempotent; not from one of them.
  void join();

 private:
  using Entry = PreparationLine::Entry;

  Preparer(Model& model, EngineCounters& counters, std::function<void()> on_ready,
           std::unique_ptr<EngineThread> text, std::unique_ptr<EngineThread> pictures);
  void run_text();
  void run_pictures();
  void text_turn(Entry entry);
  void picture_turn(Entry entry);
  void go_on(const PreparationLine& from, Entry entry, Status status);
  static void queue_up(PreparationLine& line, Entry entry);
  Status write_slice(Preparation& preparation) const;
  Status begin_message(Preparation& preparation) const;
  Status begin_prompt(Preparation& preparation) const;
  Status check_context(const Preparation& preparation, std::int64_t more) const;
  Status picture_slice(Preparation& preparation) const;
  Status encode_slice(Preparation& preparation) const;
  Status keep_features(Preparation& preparation) const;
  static Status take_features(Preparation& preparation, FeatureCache::Features features);
  Status copy_state(Preparation& preparation) const;
  void settle(Entry entry, Status status);

  Model& model_;
  EngineCounters& counters_;
  const std::function<void()> on_ready_;
  const std::int64_t longest_token_;  // bytes; 0 when it bounds nothing
  const std::int64_t block_tokens_;
  const std::unique_ptr<EngineThread> text_thread_;
  const std::unique_ptr<EngineThread> picture_thread_;
  PreparationLine text_;
  PreparationLine pictures_;
  Alarm text_alarm_;     // on text_thread_, rung when somebody queues up for it
  Alarm picture_alarm_;  // on picture_thread_
};

}  // namespace arges::sdk
