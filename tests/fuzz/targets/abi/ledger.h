// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <vector>

#include "bindings_c/include/arges/arges.h"

namespace arges::fuzz {

enum class RequestKind { kAnswer, kAddition, kOpening, kFile };
enum class Delivery { kPulled, kCallback };

// What was asked for, as far as it says how the request may end.
struct Asked {
  RequestKind kind = RequestKind::kAnswer;
  std::size_t queue = 0;
  std::uint64_t session = 0;         // 0 for an opening
  bool has_file = false;             // among its pictures
  std::vector<arges_status> ending;  // of an opening or a file: OK, or what it fails with
  bool cancelled = false;            // by arges_request_cancel
  bool heard = true;                 // false once its queue was closed
  std::uint32_t end = 0;             // the type of its terminal event
};

// The requests of one input, by tag, and the check of each event against what was asked. Safe from
// any thread: queues with a callback deliver on their own.
class Ledger {
 public:
  std::uint64_t add(Asked asked);
  // The request was refused: no event may come.
  void withdraw(std::uint64_t tag);
  void note(const arges_event& event, Delivery delivery);
  void note_cancel(std::uint64_t tag);
  // A queue was closed: nothing more is heard of its requests.
  void note_closed(std::size_t queue);

  bool waits(std::size_t queue) const;
  bool wait_for_ends(std::size_t queue, std::chrono::milliseconds patience) const;
  bool in_flight(std::uint64_t session) const;
  // The type of the request's terminal event; 0 before it was heard.
  std::uint32_t end_of(std::uint64_t tag) const;
  std::uint64_t count() const;

 private:
  bool waits_locked(std::size_t queue) const;

  mutable std::mutex mutex_;
  mutable std::condition_variable ended_;
  std::map<std::uint64_t, Asked> asked_;
  std::uint64_t next_tag_ = 1;
};

}  // namespace arges::fuzz
