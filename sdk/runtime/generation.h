// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "kernels/base/status.h"
#include "sdk/runtime/engine_counters.h"
#include "sdk/runtime/event_queue.h"
#include "sdk/runtime/model.h"
#include "sdk/runtime/preparation.h"
#include "sdk/runtime/request_state.h"
#include "sdk/runtime/session_state.h"

namespace arges::sdk {

class Preparer;

// What a generation is made from, put together on the caller's thread.
struct GenerationParts {
  std::shared_ptr<RequestState> request;
  std::shared_ptr<SessionState> session;
  std::shared_ptr<EventQueue> queue;
  std::shared_ptr<void> space_listener;  // the queue's token; wakes the scheduler
  std::shared_ptr<Preparation> preparation;
  std::chrono::milliseconds deadline{0};  // from now; 0 = none
  int priority = 0;
  std::uint64_t tag = 0;
  EventQueue::TerminalSlot terminal = EventQueue::make_terminal_slot();
};

// One request at work, from acceptance to its terminal event. Lives on the step thread.
//
//   preparing ──→ prefill ──→ decode ──→ closing ──→ ended (kDone)
//       │            │           │          │
//       └────────────┴───────────┴──────────┴──────→ ended (kCancelled, kFailed)
//
// preparing: the preparer's threads make the prompt and the request's copy of the session's state.
// prefill: one prompt chunk a step. decode: one
// token a step. closing: the answer is complete, its last text waits for room in the queue.
// Messages that are only added go from prefill to closing.
class Generation {
 public:
  using Clock = std::chrono::steady_clock;

  // All but the parts must outlive the object.
  Generation(Model& model, Preparer& preparer, EngineCounters& counters, GenerationParts parts);
  Generation(const Generation&) = delete;
  Generation& operator=(const Generation&) = delete;

  // Between two steps: ends the request if it was cancelled, is late or has lost its reader, and
  // starts it when it has been prepared.
  void tend(Clock::time_point now);

  // Whether it has something for its reader: text, the end behind it, or progress.
  bool has_news() const;
  // Where that goes, and since when it waits: a number that grows from one piece of news of the
  // engine to the next.
  EventQueue* queue() const { return parts_.queue.get(); }
  std::uint64_t waiting_since() const { return waiting_since_; }
  // Puts it behind `pieces`, for the queue to take.
  void offer(EventQueue::Slots& pieces);
  // What became of it, offered or not. `taken`: how many pieces the queue took of this request and
  // those behind it; its own are deducted. `refused`: the pieces that it did not take, in order;
  // its own are removed. Text then waits for the next turn, progress, which is for the eye, is
  // skipped. Once no text waits, the end follows.
  void settle(std::size_t& taken, EventQueue::Slots& refused);

  // Whether the next step may take it along: not while text of the last step waits for room.
  bool runnable() const;
  bool in_prefill() const { return phase_ == Phase::kPrefill; }
  bool ended() const { return phase_ == Phase::kEnded; }
  // In prefill: how it stands among the others, and how many turns it was passed over since it last
  // took part in one.
  int priority() const { return parts_.priority; }
  std::int64_t turns_waited() const { return turns_waited_; }
  void note_turn(bool takes_part) { turns_waited_ = takes_part ? 0 : turns_waited_ + 1; }
  // Adds it to what requests are in, and its memory to theirs.
  void count(EngineCounters& now) const;
  Clock::time_point deadline() const { return deadline_; }

  // Its part in the next step: as many blocks of the prompt as `prefill_chunk` tokens have room
  // for, at least one, or one token of the answer. Chunks end where blocks do, so an answer depends
  // neither on them nor on its company. Precondition: runnable().
  StepItem step_item(std::int64_t prefill_chunk);
  // Chooses the answer's next token from the logits that its item came back with, for after_step to
  // take. Those of one step may choose at the same time.
  void choose(float* logits) noexcept { work_.answer->choose(logits); }
  // Takes the outcome of that step, unless the request was interrupted while it ran. `now`: what
  // waiting_since() says of news that come of it.
  void after_step(const StepItem& item, const Status& outcome, std::uint64_t now);

 private:
  enum class Phase { kPreparing, kPrefill, kDecode, kClosing, kEnded };

  bool end_if_interrupted(Clock::time_point now);
  void begin();
  Status absorb(const StepItem& item);
  Status absorb_prompt(std::int64_t count);
  std::int64_t next_kept() const;
  void keep_turn_ends();
  std::int64_t checkpoint_bytes(std::int64_t tokens) const;
  void leave_prompt();
  bool has_text() const;
  void offer_progress(EventQueue::Slots& pieces);
  void offer_text(EventQueue::Slots& pieces);
  Status commit();
  void fail(Status status);
  Event event(EventType type) const;
  void note_preparation();
  void end(EventType type, Status status, SessionState::Past result);

  Model& model_;
  Preparer& preparer_;
  EngineCounters& counters_;
  GenerationParts parts_;
  const Clock::time_point submitted_ = Clock::now();
  const Clock::time_point deadline_;
  Clock::time_point prepared_;  // when the prompt was complete
  RequestTimings timings_;
  Phase phase_ = Phase::kPreparing;
  StepWork work_;
  ModelInput prompt_;
  // Leading tokens that the conversation already counted; negative: so many of the request's own
  // were absorbed before.
  std::int64_t prompt_carried_ = 0;
  std::int64_t prompt_size_ = 0;
  std::int64_t turns_waited_ = 0;
  std::int64_t prompt_done_ = 0;
  std::int64_t reused_ = 0;  // tokens that its sequence began with
  // Earlier turns that end in the prompt, where their checkpoints are made anew.
  std::vector<TurnEnd> turn_ends_;
  std::size_t turn_ends_passed_ = 0;
  // The prompt's last border. What stands behind it is the beginning of the answer's turn.
  std::int64_t keep_at_ = 0;
  SessionState::Past past_;
  std::shared_ptr<Scope> scope_;  // the session's
  Passage passage_;               // its tail becomes the answer's turn
  bool progress_due_ = false;
  std::size_t offered_ = 0;  // pieces that the queue has not yet been asked to take
  std::uint64_t waiting_since_ = 0;
};

}  // namespace arges::sdk
