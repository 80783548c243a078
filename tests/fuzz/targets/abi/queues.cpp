// SPDX-License-Identifier: Apache-2.0
// Queues: read, and with a callback.
#include <chrono>

#include "tests/fuzz/targets/abi/world.h"

namespace arges::fuzz {
namespace {

void on_event(void* user, const arges_event* event) {
  static_cast<Listener*>(user)->ledger->note(*event, Delivery::kCallback);
}

void on_release(void* user) {
  ++static_cast<Listener*>(user)->releases;
}

bool is_same(const arges_event& a, const arges_event& b) {
  return std::memcmp(&a, &b, sizeof a) == 0;
}

}  // namespace

void World::queue_call(const Call& call) {
  if (call.b % 4 == 0) return queue_close(call.a);
  return call.b % 4 == 2 ? queue_next_many(call) : queue_next(call.a, call.number % 3);
}

// Of the number: the capacity, bit 3 a callback, bit 4 a release of it, high ones over the limit.
void World::queue_create(const Call& call) {
  if (!queues_.is_free(call.a)) return;
  arges_queue_options options;
  expect_done(arges_queue_options_init(&options, sizeof options), true);
  options.capacity = call.number >= 0xF0 ? 65'537 : call.number % 8;
  auto listener = std::make_unique<Listener>();
  listener->ledger = &ledger_;
  QueueFacts facts;
  const bool given = call.b % 2 == 0;
  facts.has_callback = given && (call.number & 0x08) != 0;
  facts.has_release = facts.has_callback && (call.number & 0x10) != 0;
  facts.listener = listener.get();
  if (facts.has_callback) options.callback = on_event;
  if (facts.has_release) options.release = on_release;
  options.callback_user = listener.get();
  const Status status = make(queues_, call.a, [&](arges_queue** out) {
    return arges_queue_create(given ? &options : nullptr, out);
  });
  expect(status, !given || options.capacity <= 65'536, {ARGES_OK});
  require(listener->releases == 0, "a queue is not over at its beginning");
  if (status != ARGES_OK) return;
  queues_.facts(call.a) = facts;
  listeners_.push_back(std::move(listener));
}

void World::queue_close(std::uint8_t choice) {
  const bool alive = queues_.alive(choice);
  arges_queue_close(queues_.get(choice));
  if (!alive) return;
  queues_.set_alive(choice, false);
  ledger_.note_closed(queues_.place(choice));
  const QueueFacts& facts = queues_.facts(choice);
  require(facts.listener->releases == (facts.has_release ? 1 : 0), "released once, by the closing");
}

void World::queue_descriptor(std::uint8_t choice) {
  const bool is_open = arges_queue_fd(queues_.get(choice)) >= 0;
  const bool expected = queues_.alive(choice) && !queues_.facts(choice).has_callback;
  require(is_open == expected, "an open queue that is read has a descriptor");
}

void World::queue_next(std::uint8_t choice, std::int64_t timeout_ms) {
  arges_event event;
  expect_done(arges_event_init(&event, sizeof event), true);
  const arges_event before = event;
  const Status status = arges_queue_next(queues_.get(choice), timeout_ms, &event);
  StatusList listed = {ARGES_OK, ARGES_TIMEOUT};
  if (queues_.facts(choice).has_callback) listed = {ARGES_UNSUPPORTED};
  expect(status, queues_.alive(choice), listed);
  require(status == ARGES_OK || is_same(event, before), "no event, no change");
  if (status == ARGES_OK) ledger_.note(event, Delivery::kPulled);
  arges_event_clear(&event);
}

void World::queue_next_many(const Call& call) {
  constexpr std::uint64_t kUntouched = 77'777;
  std::array<arges_event, 4> events;
  for (arges_event& event : events) {
    expect_done(arges_event_init(&event, sizeof event), true);
  }
  const std::array<arges_event, 4> before = events;
  const std::uint64_t capacity = call.number / 4 % (events.size() + 1);
  std::uint64_t count = kUntouched;
  const Status status =
      arges_queue_next_many(queues_.get(call.a), call.number % 3, events.data(), capacity, &count);
  StatusList listed = {ARGES_OK, ARGES_TIMEOUT};
  if (capacity == 0) listed = {ARGES_INVALID_ARGUMENT};
  if (queues_.facts(call.a).has_callback) {
    listed = capacity == 0 ? StatusList{ARGES_UNSUPPORTED, ARGES_INVALID_ARGUMENT}
                           : StatusList{ARGES_UNSUPPORTED};
  }
  expect(status, queues_.alive(call.a), listed);
  const std::uint64_t filled = status == ARGES_OK ? count : 0;
  require(status == ARGES_OK ? count > 0 && count <= capacity : count == kUntouched, "the count");
  for (std::uint64_t i = 0; i < filled; ++i) ledger_.note(events.at(i), Delivery::kPulled);
  for (std::uint64_t i = filled; i < events.size(); ++i) {
    require(is_same(events.at(i), before.at(i)), "events behind the last are untouched");
  }
  for (arges_event& event : events) {
    arges_event_clear(&event);
    require(event.storage == 0 && event.text == nullptr, "a cleared event holds nothing");
  }
}

void World::finish_queue(std::uint8_t choice) {
  const std::size_t place = queues_.place(choice);
  if (queues_.facts(choice).has_callback) {
    const bool ended = ledger_.wait_for_ends(place, std::chrono::milliseconds(kPatienceMs));
    return require(ended, "every request ends, to its callback");
  }
  while (ledger_.waits(place)) {
    arges_event event;
    expect_done(arges_event_init(&event, sizeof event), true);
    const Status status = arges_queue_next(queues_.get(choice), kPatienceMs, &event);
    require(status == ARGES_OK, "every request ends");
    ledger_.note(event, Delivery::kPulled);
    arges_event_clear(&event);
  }
  arges_event event;
  expect_done(arges_event_init(&event, sizeof event), true);
  const Status status = arges_queue_next(queues_.get(choice), 0, &event);
  require(status == ARGES_TIMEOUT, "nothing comes after the terminal events");
}

}  // namespace arges::fuzz
