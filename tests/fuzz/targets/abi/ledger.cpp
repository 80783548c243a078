// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/targets/abi/ledger.h"

#include <algorithm>
#include <utility>

#include "tests/fuzz/support/check.h"

namespace arges::fuzz {
namespace {

void check_fields(const arges_event& event, Delivery delivery) {
  const bool ends = event.type >= ARGES_EVENT_DONE;
  const bool goes_on = event.type == ARGES_EVENT_PROGRESS || event.type == ARGES_EVENT_TEXT;
  require(goes_on || (ends && event.type <= ARGES_EVENT_FAILED), "event types");
  require((event.status == ARGES_OK) == (event.type <= ARGES_EVENT_DONE), "an end says how");
  require((event.text != nullptr) == (event.text_length > 0), "a text has an address");
  const bool owned = delivery == Delivery::kPulled ? event.text == nullptr || event.storage != 0
                                                   : event.storage == 0;
  require(owned, "a pulled event's text has an owner, a callback's has none");
  require(ends || event.total_us == 0, "only an end says where the time went");
  require(event.prompt_done <= event.prompt_tokens, "no more is done than there is");
  const bool speaks = event.type == ARGES_EVENT_FAILED || event.type == ARGES_EVENT_TEXT;
  require(speaks == (event.text_length > 0), "failures and pieces have a text, nothing else has");
}

void check_done(const arges_event& event, const Asked& asked) {
  const bool finished = event.finish_reason != ARGES_FINISH_NONE;
  require(event.finish_reason <= ARGES_FINISH_LENGTH, "finish reasons");
  const bool answers = asked.kind == RequestKind::kAnswer;
  require(finished == (answers && event.type == ARGES_EVENT_DONE), "only an answer finishes");
  require(answers || event.generated_tokens == 0, "only an answer has tokens");
  require(answers || event.type != ARGES_EVENT_TEXT, "only an answer has a text");
}

void check_failure(const arges_event& event, const Asked& asked) {
  const bool is_picture = event.status == ARGES_IMAGE_DECODE;
  require(!is_picture || asked.has_file, "only a picture file can be damaged");
  require(event.status != ARGES_CANCELLED && event.status != ARGES_DEADLINE, "why it failed");
}

void check_cancelled(const arges_event& event, const Asked& asked) {
  const bool is_late = event.status == ARGES_DEADLINE && asked.kind == RequestKind::kAnswer;
  require(event.status == ARGES_CANCELLED || is_late, "why it was ended");
}

// An opening ends as the options say; only cancelling it changes that.
void check_opening(const arges_event& event, const Asked& asked) {
  if (event.type == ARGES_EVENT_CANCELLED) return require(asked.cancelled, "somebody cancelled it");
  const auto& listed = asked.ending;
  const bool expected = std::find(listed.begin(), listed.end(), event.status) != listed.end();
  require(expected, "an opening ends as arges_engine_open would");
}

void check_file(const arges_event& event, const Asked& asked) {
  if (event.type == ARGES_EVENT_CANCELLED) return;  // closing does that, too
  const auto& listed = asked.ending;
  const bool expected = std::find(listed.begin(), listed.end(), event.status) != listed.end();
  require(expected, "a file is saved or loaded, or the call lists why not");
}

void check_end(const arges_event& event, const Asked& asked) {
  if (event.type == ARGES_EVENT_FAILED) check_failure(event, asked);
  if (event.type == ARGES_EVENT_CANCELLED) check_cancelled(event, asked);
  if (asked.kind == RequestKind::kOpening) check_opening(event, asked);
  if (asked.kind == RequestKind::kFile) check_file(event, asked);
}

}  // namespace

std::uint64_t Ledger::add(Asked asked) {
  const std::lock_guard lock(mutex_);
  asked_[next_tag_] = std::move(asked);
  return next_tag_++;
}

void Ledger::withdraw(std::uint64_t tag) {
  const std::lock_guard lock(mutex_);
  require(asked_.at(tag).end == 0, "a refused request has no events");
  asked_.erase(tag);
}

void Ledger::note(const arges_event& event, Delivery delivery) {
  const std::lock_guard lock(mutex_);
  const auto found = asked_.find(event.tag);
  require(found != asked_.end(), "an event belongs to a request");
  Asked& asked = found->second;
  require(asked.heard, "no event comes after its queue was closed");
  require(asked.end == 0, "no event comes after the terminal one");
  check_fields(event, delivery);
  check_done(event, asked);
  if (event.type < ARGES_EVENT_DONE) return;
  check_end(event, asked);
  asked.end = event.type;
  ended_.notify_all();
}

void Ledger::note_cancel(std::uint64_t tag) {
  const std::lock_guard lock(mutex_);
  asked_.at(tag).cancelled = true;
}

void Ledger::note_closed(std::size_t queue) {
  const std::lock_guard lock(mutex_);
  for (auto& [tag, asked] : asked_) {
    if (asked.queue == queue) asked.heard = false;
  }
}

bool Ledger::waits_locked(std::size_t queue) const {
  return std::any_of(asked_.begin(), asked_.end(), [&](const auto& entry) {
    return entry.second.queue == queue && entry.second.heard && entry.second.end == 0;
  });
}

bool Ledger::waits(std::size_t queue) const {
  const std::lock_guard lock(mutex_);
  return waits_locked(queue);
}

bool Ledger::wait_for_ends(std::size_t queue, std::chrono::milliseconds patience) const {
  std::unique_lock lock(mutex_);
  return ended_.wait_for(lock, patience, [&] { return !waits_locked(queue); });
}

bool Ledger::in_flight(std::uint64_t session) const {
  const std::lock_guard lock(mutex_);
  return std::any_of(asked_.begin(), asked_.end(), [&](const auto& entry) {
    return entry.second.session == session && entry.second.end == 0;
  });
}

std::uint32_t Ledger::end_of(std::uint64_t tag) const {
  const std::lock_guard lock(mutex_);
  const auto found = asked_.find(tag);
  return found == asked_.end() ? 0 : found->second.end;
}

std::uint64_t Ledger::count() const {
  const std::lock_guard lock(mutex_);
  return next_tag_ - 1;
}

}  // namespace arges::fuzz
