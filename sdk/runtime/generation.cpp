// SPDX-License-Identifier: Apache-2.0
#include "sdk/runtime/generation.h"

#include <algorithm>
#include <utility>

#include "sdk/async/guard.h"
#include "sdk/runtime/input_blocks.h"
#include "sdk/runtime/preparer.h"

namespace arges::sdk {
namespace {

using Clock = Generation::Clock;

// Never for no deadline and for one beyond what the clock can say.
Clock::time_point deadline_after(std::chrono::milliseconds time) {
  const auto now = Clock::now();
  const auto room = std::chrono::floor<std::chrono::milliseconds>(Clock::time_point::max() - now);
  return time.count() == 0 || time > room ? Clock::time_point::max() : now + time;
}

RequestTimings::Time in_microseconds(Clock::duration time) {
  return std::chrono::duration_cast<RequestTimings::Time>(time);
}

RequestTimings::Time since(Clock::time_point begin) {
  return in_microseconds(Clock::now() - begin);
}

}  // namespace

Generation::Generation(Model& model, Preparer& preparer, EngineCounters& counters,
                       GenerationParts parts)
    : model_(model),
      preparer_(preparer),
      counters_(counters),
      parts_(std::move(parts)),
      deadline_(deadline_after(parts_.deadline)) {
  parts_.preparation->deadline = deadline_;
}

bool Generation::end_if_interrupted(Clock::time_point now) {
  if (parts_.request->cancel_requested || parts_.queue->closed()) {
    end(EventType::kCancelled, {StatusCode::kCancelled, "cancelled"}, nullptr);
  } else if (now >= deadline_) {
    end(EventType::kCancelled, {StatusCode::kDeadline, "deadline passed"}, nullptr);
  }
  return ended();
}

void Generation::tend(Clock::time_point now) {
  // One that ended in the step just done stays so; a late cancel or deadline changes nothing.
  if (ended() || end_if_interrupted(now)) return;
  if (phase_ != Phase::kPreparing || !parts_.preparation->ready()) return;
  if (parts_.preparation->status.ok()) return begin();
  // A cancel or the deadline may have come since `now` and have ended the preparation.
  if (!end_if_interrupted(Clock::now())) fail(std::move(parts_.preparation->status));
}

// For its reader, who has not been given it yet.
bool Generation::has_text() const {
  return work_.answer && !work_.answer->text().empty();
}

bool Generation::runnable() const {
  return (phase_ == Phase::kPrefill || phase_ == Phase::kDecode) && !has_text();
}

// The preparation is complete: takes over what it has made.
void Generation::begin() {
  Preparation& made = *parts_.preparation;
  prompt_ = std::move(made.input);
  prompt_carried_ = made.draft.carried - made.draft.absorbed;
  prompt_size_ = static_cast<std::int64_t>(prompt_.ids.size());
  past_ = std::move(made.past);
  scope_ = std::move(made.scope);
  passage_ = std::move(made.passage);
  keep_at_ = prompt_size_ - std::ssize(passage_.tail);
  work_ = std::move(made.work);
  turn_ends_ = std::move(made.turn_ends);
  reused_ = work_.sequence->length();
  counters_.reused_tokens += reused_;
  note_preparation();
  parts_.preparation.reset();
  prepared_ = Clock::now();
  phase_ = Phase::kPrefill;
}

StepItem Generation::step_item(std::int64_t prefill_chunk) {
  if (phase_ == Phase::kDecode) return work_.answer->step_item(work_.sequence.get());
  std::int64_t end = chunk_end(prompt_, prompt_done_, prefill_chunk, model_.block_tokens());
  if (prompt_done_ < keep_at_) end = std::min(end, next_kept());
  const std::int64_t count = end - prompt_done_;
  const bool last = work_.answer && end == prompt_size_;
  return {work_.sequence.get(), &prompt_, prompt_done_, count, last};
}

void Generation::after_step(const StepItem& item, const Status& outcome, std::uint64_t now) {
  if (end_if_interrupted(Clock::now())) return;
  waiting_since_ = now;
  Status status = guarded([&]() -> Status {
    ARGES_RETURN_IF_ERROR(outcome);
    return absorb(item);
  });
  if (!status.ok()) fail(std::move(status));
}

Status Generation::absorb(const StepItem& item) {
  if (phase_ == Phase::kPrefill) ARGES_RETURN_IF_ERROR(absorb_prompt(item.count));
  if (phase_ != Phase::kDecode) return {};
  ARGES_RETURN_IF_ERROR(work_.answer->take_token());
  ++counters_.generated_tokens;
  if (timings_.first_token.count() == 0) timings_.first_token = since(submitted_);
  if (work_.answer->complete()) phase_ = Phase::kClosing;
  return {};
}

// Where the prompt's next copy is made. Precondition: it has not come to the last one's place.
std::int64_t Generation::next_kept() const {
  return turn_ends_passed_ < turn_ends_.size() ? turn_ends_[turn_ends_passed_].at : keep_at_;
}

// One for which there is no memory is not made, and nothing waits for it.
void Generation::keep_turn_ends() {
  const CheckpointRules& rules = parts_.session->checkpoint_rules();
  for (; turn_ends_passed_ < turn_ends_.size(); ++turn_ends_passed_) {
    TurnEnd& end = turn_ends_[turn_ends_passed_];
    if (end.at != prompt_done_) return;
    static_cast<void>(guarded([&]() -> Status {
      ARGES_ASSIGN_OR_RETURN(auto sequence, work_.sequence->clone());
      end.checkpoint = std::make_shared<SequenceCheckpoint>(rules.store, std::move(sequence),
                                                            checkpoint_bytes(end.tokens));
      rules.store->add(*end.checkpoint);
      return {};
    }));
  }
}

// Of a checkpoint beside the one before it, that many tokens earlier.
std::int64_t Generation::checkpoint_bytes(std::int64_t tokens) const {
  return model_.state_bytes() + tokens * model_.kv_bytes_per_token();
}

Status Generation::absorb_prompt(std::int64_t count) {
  prompt_done_ += count;
  progress_due_ = true;
  keep_turn_ends();
  if (prompt_done_ == keep_at_) {
    ARGES_ASSIGN_OR_RETURN(work_.kept, work_.sequence->clone());
  }
  if (prompt_done_ == prompt_size_) leave_prompt();
  return {};
}

void Generation::leave_prompt() {
  timings_.prefill = since(prepared_);
  prompt_ = {};  // frees the pictures' features
  phase_ = work_.answer ? Phase::kDecode : Phase::kClosing;
}

bool Generation::has_news() const {
  if (progress_due_ || phase_ == Phase::kClosing) return true;
  return phase_ == Phase::kDecode && has_text();
}

void Generation::offer(EventQueue::Slots& pieces) {
  Status status = guarded([&]() -> Status {
    if (progress_due_) offer_progress(pieces);
    if ((phase_ == Phase::kDecode || phase_ == Phase::kClosing) && has_text()) offer_text(pieces);
    return {};
  });
  if (status.ok()) return;
  for (; offered_ > 0; --offered_) pieces.pop_back();  // nothing comes after the end
  fail(std::move(status));
}

// A slow reader misses some, one for which there is no memory is missed by all, and nothing waits
// for it.
void Generation::offer_progress(EventQueue::Slots& pieces) {
  static_cast<void>(guarded([&]() -> Status {
    pieces.push_back(event(EventType::kProgress));
    pieces.back().generated_tokens = 0;
    ++offered_;
    return {};
  }));
}

void Generation::offer_text(EventQueue::Slots& pieces) {
  pieces.push_back(event(EventType::kText));
  pieces.back().text.swap(work_.answer->text());
  ++offered_;
}

void Generation::settle(std::size_t& taken, EventQueue::Slots& refused) {
  const std::size_t mine = std::min(offered_, taken);
  taken -= mine;
  for (; offered_ > mine; --offered_) {
    Event& piece = refused.front();
    if (piece.type == EventType::kText) piece.text.swap(work_.answer->text());
    refused.pop_front();
  }
  offered_ = 0;
  progress_due_ = false;
  if (phase_ != Phase::kClosing || has_text()) return;
  Status status = guarded([this] { return commit(); });
  if (!status.ok()) fail(std::move(status));
}

Status Generation::commit() {
  if (work_.answer) {
    ARGES_ASSIGN_OR_RETURN(passage_.tail, work_.answer->turn(passage_.tail));
    add_seen(work_.answer->ids(), work_.seen);
  }
  const std::int64_t bytes = checkpoint_bytes(std::ssize(passage_.ids));
  NewTurn turn{std::move(passage_), std::move(work_.kept), bytes, std::move(work_.seen),
               std::move(turn_ends_)};
  end(EventType::kDone, {},
      with_turn(past_.get(), std::move(turn), parts_.session->checkpoint_rules(), *scope_));
  return {};
}

void Generation::fail(Status status) {
  end(EventType::kFailed, std::move(status), nullptr);
}

Event Generation::event(EventType type) const {
  Event event;
  event.type = type;
  event.tag = parts_.tag;
  event.prompt_tokens = static_cast<std::uint64_t>(prompt_size_ - prompt_carried_);
  event.prompt_done =
      static_cast<std::uint64_t>(std::max<std::int64_t>(0, prompt_done_ - prompt_carried_));
  event.generated_tokens =
      work_.answer ? static_cast<std::uint64_t>(work_.answer->token_count()) : 0;
  return event;
}

void Generation::note_preparation() {
  const PreparationTimes& times = parts_.preparation->times;
  timings_.queued = in_microseconds(times.begin(Clock::now()) - submitted_);
  timings_.text = in_microseconds(times.text());
  timings_.images = in_microseconds(times.images());
}

void Generation::count(EngineCounters& now) const {
  if (ended()) return;
  if (work_.sequence) {
    now.request_bytes +=
        model_.state_bytes() + work_.sequence->length() * model_.kv_bytes_per_token();
    if (work_.kept) now.request_bytes += model_.state_bytes();
  }
  if (phase_ == Phase::kPreparing) {
    ++now.preparing;
  } else if (phase_ == Phase::kClosing || has_text()) {
    ++now.paused;
  } else {
    ++(phase_ == Phase::kPrefill ? now.prefilling : now.decoding);
  }
}

// The one place where a request ends. It sets no memory aside, and it frees the request's before
// anybody can hear of the end.
void Generation::end(EventType type, Status status, SessionState::Past result) {
  phase_ = Phase::kEnded;
  if (parts_.preparation) note_preparation();
  timings_.total = since(submitted_);
  Event& last = parts_.terminal.front();
  last = event(type);
  last.status = std::move(status);
  last.timings = timings_;
  last.reused_tokens = static_cast<std::uint64_t>(reused_);
  if (type == EventType::kDone && work_.answer) last.finish_reason = work_.answer->finish_reason();
  work_ = {};
  prompt_ = {};
  passage_ = {};
  past_.reset();
  scope_.reset();
  turn_ends_.clear();
  progress_due_ = false;
  if (parts_.preparation) preparer_.withdraw(*parts_.preparation);
  parts_.preparation.reset();
  parts_.space_listener.reset();
  counters_.note_end(type);
  parts_.session->finish(std::move(result), [this] {
    parts_.request->finished = true;
    parts_.queue->push_terminal(std::move(parts_.terminal));
    parts_.request->announce_end();
  });
}

}  // namespace arges::sdk
