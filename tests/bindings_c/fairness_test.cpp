// SPDX-License-Identifier: Apache-2.0
// One reader, one queue, many requests: each is heard as often as the others.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <thread>
#include <vector>

#include "tests/bindings_c/abi_world.h"

namespace arges::bindings_test {
namespace {

constexpr std::size_t kRequests = 16;
constexpr std::uint64_t kPieces = 60;  // of each request, on average, are looked at

// Sixteen long answers into one queue.
class Crowd {
 public:
  explicit Crowd(std::uint32_t capacity) : engine_(open_scripted_engine(std::string(4000, 'x'))) {
    arges_queue_options options;
    arges_queue_options_init(&options, sizeof options);
    options.capacity = capacity;
    EXPECT_EQ(arges_queue_create(&options, &queue), ARGES_OK);
    for (std::size_t i = 0; i < kRequests; ++i) add(i);
  }
  ~Crowd() {
    arges_queue_close(queue);
    for (arges_session* session : sessions_) arges_session_close(session);
    arges_engine_close(engine_);
  }
  Crowd(const Crowd&) = delete;
  Crowd& operator=(const Crowd&) = delete;

  arges_queue* queue = nullptr;

 private:
  void add(std::uint64_t tag) {
    arges_generate_options options;
    arges_generate_options_init(&options, sizeof options);
    options.max_tokens = 4000;
    arges_session* session = nullptr;
    ASSERT_EQ(arges_session_create(engine_, &session), ARGES_OK);
    sessions_.push_back(session);
    arges_message* message = text_message("hello");
    arges_request* request = nullptr;
    EXPECT_EQ(arges_generate(session, &message, 1, &options, queue, tag, &request), ARGES_OK);
    arges_request_free(request);
    arges_message_free(message);
  }

  arges_engine* engine_;
  std::vector<arges_session*> sessions_;
};

// Which requests the pieces came from, in order.
class Listener {
 public:
  // A piece counts once every request has been heard.
  void note(const arges_event& event) {
    if (event.type != ARGES_EVENT_TEXT) return;
    heard_[event.tag] = true;
    if (std::all_of(heard_.begin(), heard_.end(), [](bool heard) { return heard; })) {
      tags_.push_back(event.tag);
    }
  }
  bool has_enough() const { return tags_.size() >= kRequests * kPieces; }

  // The most pieces that one request has been given.
  std::uint64_t most() const {
    std::array<std::uint64_t, kRequests> given{};
    for (const std::uint64_t tag : tags_) ++given[tag];
    return *std::max_element(given.begin(), given.end());
  }
  // The longest run of pieces in which one request was not heard.
  std::uint64_t longest_silence() const {
    std::array<std::uint64_t, kRequests> last{};
    std::uint64_t longest = 0;
    for (std::uint64_t i = 0; i < tags_.size(); ++i) {
      longest = std::max(longest, i - last[tags_[i]]);
      last[tags_[i]] = i;
    }
    for (const std::uint64_t at : last) longest = std::max(longest, tags_.size() - at);
    return longest;
  }

 private:
  std::array<bool, kRequests> heard_{};
  std::vector<std::uint64_t> tags_;
};

void expect_fair(const Listener& listener, std::uint32_t capacity) {
  EXPECT_LE(listener.most(), 2 * kPieces) << "twice its share, over " << capacity;
  EXPECT_LE(listener.longest_silence(), 4 * kRequests + capacity) << "over " << capacity;
}

constexpr std::array<std::uint32_t, 3> kCapacities = {1, 16, 256};

TEST(Fairness, NoneOfSixteenRequestsGetsMoreThanTwiceItsShareOfOneQueue) {
  for (const std::uint32_t capacity : kCapacities) {
    const Crowd crowd(capacity);
    Listener listener;
    arges_event event;
    arges_event_init(&event, sizeof event);
    while (!listener.has_enough()) {
      ASSERT_EQ(arges_queue_next(crowd.queue, 60'000, &event), ARGES_OK);
      ASSERT_LT(event.type, ARGES_EVENT_DONE);
      listener.note(event);
    }
    arges_event_clear(&event);
    expect_fair(listener, capacity);
  }
}

TEST(Fairness, ASlowReaderOfSeveralEventsACallHearsAllAlike) {
  for (const std::uint32_t capacity : kCapacities) {
    const Crowd crowd(capacity);
    Listener listener;
    std::array<arges_event, 8> events;
    for (arges_event& event : events) arges_event_init(&event, sizeof event);
    while (!listener.has_enough()) {
      std::this_thread::sleep_for(std::chrono::microseconds(200));
      std::uint64_t count = 0;
      ASSERT_EQ(arges_queue_next_many(crowd.queue, 60'000, events.data(), events.size(), &count),
                ARGES_OK);
      for (std::uint64_t i = 0; i < count; ++i) listener.note(events[i]);
    }
    for (arges_event& event : events) arges_event_clear(&event);
    expect_fair(listener, capacity);
  }
}

}  // namespace
}  // namespace arges::bindings_test
