// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <mutex>
#include <random>
#include <thread>

#include "tests/sdk/runtime/scripted_engine.h"

namespace arges::sdk::testing {
namespace {

constexpr std::size_t kSessions = 200;
constexpr std::size_t kThreads = 4;
constexpr int kRequests = 6;  // of each session

// Counts the events of every request, from all readers.
class Ledger {
 public:
  void note(const Event& event) {
    std::lock_guard lock(mutex_);
    EXPECT_FALSE(ended_[event.tag]) << "an event after the end of request " << event.tag;
    if (is_terminal(event.type)) ended_[event.tag] = true;
  }
  bool ended(std::uint64_t tag) {
    std::lock_guard lock(mutex_);
    return ended_[tag];
  }

 private:
  std::mutex mutex_;
  std::map<std::uint64_t, bool> ended_;
};

// One session's life: requests with random fates. What it was told is compared with a session
// that met no accident.
class Client {
 public:
  Client(ScriptedEngine& engine, Ledger& ledger, std::uint64_t id)
      : ledger_(ledger), id_(id), random_(id), session_(engine.session()) {}

  void run() {
    for (int i = 0; i < kRequests; ++i) {
      if (!one_request(id_ * 100 + static_cast<std::uint64_t>(i))) return;
    }
  }
  const std::vector<std::string>& done() const { return done_; }        // prompts answered
  const std::vector<std::string>& answers() const { return answers_; }  // and their answers

 private:
  std::uint64_t pick(std::uint64_t bound) { return random_() % bound; }

  // False when the session has been closed.
  bool one_request(std::uint64_t tag) {
    auto queue = make_queue(1 + pick(4));
    GenerateOptions options;
    const auto fate = pick(10);
    if (fate == 0) options.deadline = std::chrono::milliseconds(1 + pick(5));
    const std::string text = std::to_string(tag) + std::string(pick(60), 'x');
    std::vector<MessagePart> parts = {text};
    if (pick(8) == 0) parts.emplace_back(make_image(1 + static_cast<int>(pick(3)), 1));
    const bool has_image = parts.size() > 1;
    auto request =
        session_->generate({{language::Role::kUser, std::move(parts)}}, options, queue, tag);
    if (!request.ok()) {
      ADD_FAILURE() << request.status().message();
      return false;
    }
    if (fate == 1) queue->close();
    const std::uint64_t cancel_after = fate < 6 ? pick(12) : ~0ULL;
    const bool kept = read(*queue, **request, cancel_after, text, has_image);
    if (fate == 1) {
      while (!(*request)->finished()) std::this_thread::yield();
    } else {
      EXPECT_TRUE(kept || ledger_.ended(tag));
    }
    if (fate != 9 || pick(3) != 0) return true;
    session_->close();
    return false;
  }

  // Reads to the end, cancelling on the way. True when the answer was kept.
  bool read(EventQueue& queue, Request& request, std::uint64_t cancel_after,
            const std::string& text, bool has_image) {
    std::string answer;
    for (std::uint64_t seen = 0;; ++seen) {
      if (seen == cancel_after) request.cancel();
      auto event = queue.next(std::chrono::milliseconds(-1));
      if (!event.ok()) return false;
      ledger_.note(*event);
      answer += event->text;
      if (!is_terminal(event->type)) continue;
      EXPECT_NE(event->type, EventType::kFailed) << event->status.message();
      EXPECT_EQ(queue.next(std::chrono::milliseconds(0)).status().code(), StatusCode::kTimeout);
      if (event->type != EventType::kDone) return false;
      done_.push_back(has_image ? "" : text);
      answers_.push_back(answer);
      return true;
    }
  }

  Ledger& ledger_;
  const std::uint64_t id_;
  std::mt19937_64 random_;
  std::shared_ptr<Session> session_;
  std::vector<std::string> done_;
  std::vector<std::string> answers_;
};

TEST(Stress, OneTerminalEventUnderEveryRaceAndNoTraceOfWhatWasCancelled) {
  EngineOptions options;
  options.prefill_chunk = 16;
  options.step_prompt_tokens = 64;
  ScriptedEngine engine({}, options);
  Ledger ledger;
  std::vector<std::unique_ptr<Client>> clients;
  for (std::uint64_t i = 0; i < kSessions; ++i) {
    clients.push_back(std::make_unique<Client>(engine, ledger, i + 1));
  }
  std::atomic<std::size_t> next{0};
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < kThreads * 4; ++t) {
    threads.emplace_back([&] {
      for (std::size_t i = next++; i < kSessions; i = next++) clients[i]->run();
    });
  }
  for (auto& thread : threads) thread.join();

  ScriptedEngine calm;
  std::size_t compared = 0;
  for (const auto& client : clients) {
    auto session = calm.session();
    for (std::size_t i = 0; i < client->done().size() && !client->done()[i].empty(); ++i) {
      EXPECT_EQ(ask(*session, {user(client->done()[i])}).text, client->answers()[i]);
      ++compared;
    }
  }
  EXPECT_GT(compared, kSessions) << "too few requests were left in peace to prove anything";
  clients.clear();
  EXPECT_TRUE(engine.model->comes_to_live_sequences(0));
}

}  // namespace
}  // namespace arges::sdk::testing
