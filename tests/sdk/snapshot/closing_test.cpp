// SPDX-License-Identifier: Apache-2.0
// Saving and loading beside other requests, cancelled, and while things are closed: exactly one
// terminal event, the old file or the new one, and nobody waits for anybody else's disk.
#include <gtest/gtest.h>

#include <filesystem>
#include <thread>

#include "tests/sdk/snapshot/saved_sessions.h"

namespace arges::sdk::testing {
namespace {

namespace fs = std::filesystem;

using SharedRequest = std::shared_ptr<Request>;

class SavingUnderWay : public ::testing::Test {
 protected:
  SavingUnderWay() {
    folder_.write("session", "old");
    ask(*session_, {user("hello")});
    ask(*other_, {user("hello, too")});
    EXPECT_EQ(save(*other_, file("saved")).type, EventType::kDone);
  }
  // What a failed assertion leaves shut would hold the engine's end up.
  ~SavingUnderWay() override { model().write_gate().open(); }

  std::string file(const char* name) const { return folder_.file(name); }
  ScriptedModel& model() { return *engine_.model; }
  // Holds the file thread inside a save of the session.
  SharedRequest hold() {
    model().write_gate().shut();
    auto request = save_session(*session_, file("session"), queue_, 1).value();
    model().write_gate().wait_until_held();
    return request;
  }
  void expect_nothing_written() const {
    EXPECT_EQ(read_bytes(file("session")), "old");
    EXPECT_FALSE(fs::exists(file("session.part")));
  }

  const TempFolder folder_;
  const ScriptedEngine engine_{model_of_blocks()};
  const std::shared_ptr<Session> session_ = engine_.session();
  const std::shared_ptr<Session> other_ = engine_.session();
  const std::shared_ptr<EventQueue> queue_ = make_queue();  // of the save that is held
};

TEST_F(SavingUnderWay, LeavesTheSessionFreeForAllButAnotherSave) {
  hold();
  EXPECT_EQ(ask(*session_, {user("beside it")}).last().type, EventType::kDone);
  EXPECT_TRUE(session_->rewind(1).ok());
  EXPECT_TRUE(session_->fork().ok());
  EXPECT_EQ(save_session(*session_, file("second"), make_queue(), 1).status().code(),
            StatusCode::kBusy);
  model().write_gate().open();
  EXPECT_EQ(read_all(*queue_).last().type, EventType::kDone);
  EXPECT_EQ(save(*session_, file("second")).type, EventType::kDone);
}

TEST_F(SavingUnderWay, IsCancelledAndLeavesTheOldFile) {
  const SharedRequest request = hold();
  request->cancel();
  model().write_gate().open();
  const Event end = read_all(*queue_).last();
  EXPECT_EQ(end.type, EventType::kCancelled);
  EXPECT_EQ(end.status.code(), StatusCode::kCancelled);
  expect_nothing_written();
}

TEST_F(SavingUnderWay, IsCancelledWithItsQueue) {
  const SharedRequest request = hold();
  queue_->close();
  model().write_gate().open();
  EXPECT_TRUE(request->wait(std::chrono::seconds(60)));
  expect_nothing_written();
}

TEST_F(SavingUnderWay, IsCancelledWithItsSession) {
  hold();
  std::thread closing([this] { session_->close(); });
  while (session_->turn(0).ok()) std::this_thread::yield();
  model().write_gate().open();
  closing.join();
  EXPECT_EQ(queue_->size(), 1u) << "the event is there when close has returned";
  EXPECT_EQ(read_all(*queue_).last().type, EventType::kCancelled);
  expect_nothing_written();
}

TEST_F(SavingUnderWay, IsCancelledWithItsEngine) {
  hold();
  const auto waiting_queue = make_queue();
  ASSERT_TRUE(load_session(*other_, file("saved"), waiting_queue, 2).ok());
  std::thread closing([this] { engine_.engine->close(); });
  while (session_->turn(0).ok()) std::this_thread::yield();
  model().write_gate().open();
  closing.join();
  EXPECT_EQ(read_all(*queue_).last().type, EventType::kCancelled);
  EXPECT_EQ(read_all(*waiting_queue).last().type, EventType::kCancelled);
  expect_nothing_written();
  EXPECT_EQ(save_session(*session_, file("session"), queue_, 1).status().code(),
            StatusCode::kClosed);
  EXPECT_EQ(load_session(*other_, file("saved"), queue_, 1).status().code(), StatusCode::kClosed);
}

TEST_F(SavingUnderWay, DoesNotHoldUpTheCancelOfOneThatWaits) {
  hold();
  const auto queue = make_queue();
  const auto waiting = save_session(*other_, file("second"), queue, 2).value();
  waiting->cancel();
  EXPECT_EQ(read_all(*queue).last().type, EventType::kCancelled) << "while the first is held";
  EXPECT_FALSE(fs::exists(file("second")));
}

TEST_F(SavingUnderWay, DoesNotHoldUpTheClosingOfASessionThatWaits) {
  hold();
  const auto queue = make_queue();
  const auto waiting = load_session(*other_, file("saved"), queue, 2).value();
  other_->close();
  EXPECT_EQ(read_all(*queue).last().type, EventType::kCancelled);
}

TEST_F(SavingUnderWay, DoesNotHoldUpTheQueueOfOneThatWaits) {
  hold();
  const auto queue = make_queue();
  const auto waiting = load_session(*other_, file("saved"), queue, 2).value();
  queue->close();
  EXPECT_TRUE(waiting->wait(std::chrono::seconds(60)));
  EXPECT_EQ(ask(*other_, {user("free again")}).last().type, EventType::kDone);
}

TEST_F(SavingUnderWay, ToTheSameFileIsRefused) {
  hold();
  const auto elsewhere = ScriptedEngine(model_of_blocks());
  const auto session = elsewhere.session();
  EXPECT_EQ(save(*session, file("session")).status.code(), StatusCode::kBusy);
  model().write_gate().open();
  EXPECT_EQ(read_all(*queue_).last().type, EventType::kDone);
  EXPECT_EQ(save(*session, file("session")).type, EventType::kDone);
}

TEST_F(SavingUnderWay, ASessionThatIsBeingLoadedIsBusy) {
  hold();
  const auto queue = make_queue();
  ASSERT_TRUE(load_session(*other_, file("saved"), queue, 2).ok());
  EXPECT_EQ(other_->generate({user("now")}, {}, make_queue(), 3).status().code(),
            StatusCode::kBusy);
  EXPECT_EQ(other_->rewind(0).code(), StatusCode::kBusy);
  EXPECT_EQ(load_session(*other_, file("saved"), make_queue(), 3).status().code(),
            StatusCode::kBusy);
  EXPECT_EQ(other_->turn_count(), 1u);
  model().write_gate().open();
  EXPECT_EQ(read_all(*queue).last().type, EventType::kDone);
  EXPECT_EQ(ask(*other_, {user("now")}).last().type, EventType::kDone);
}

TEST_F(SavingUnderWay, AnEventSaysNothingButTheEnd) {
  const auto queue = make_queue();
  ASSERT_TRUE(save_session(*session_, file("session"), queue, 77).ok());
  const Transcript heard = read_all(*queue);
  ASSERT_EQ(heard.events.size(), 1u);
  EXPECT_EQ(heard.last().tag, 77u);
  EXPECT_EQ(heard.last().finish_reason, FinishReason::kNone);
  EXPECT_GT(heard.last().timings.total.count(), 0);
}

TEST(SavingAtRandom, SavesLoadsCancelsAndClosesRace) {
  const TempFolder folder;
  const ScriptedEngine engine(model_of_blocks());
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&, i] {
      for (int round = 0; round < 40; ++round) {
        const auto session = engine.session();
        ask(*session, {user("round " + std::to_string(round))});
        const auto queue = make_queue();
        const std::string path = folder.file(round % 2 == 0 ? "shared" : std::to_string(i));
        const auto saving = save_session(*session, path, queue, 1).value();
        if (round % 3 == 0) saving->cancel();
        if (round % 4 == 0) session->close();
        const EventType end = read_all(*queue).last().type;
        EXPECT_TRUE(end == EventType::kDone || round % 3 == 0 || round % 4 == 0 || round % 2 == 0);
        if (end != EventType::kDone) continue;
        const auto loaded = engine.session();
        const Event found = load(*loaded, path);
        EXPECT_EQ(found.type, EventType::kDone) << found.status.message();
        EXPECT_EQ(loaded->turn_count(), 1u);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace arges::sdk::testing
