// SPDX-License-Identifier: Apache-2.0
// Requests are prepared in slices and take turns.
#include <gtest/gtest.h>

#include <thread>

#include "tests/sdk/runtime/scripted_engine.h"

namespace arges::sdk::testing {
namespace {

constexpr std::size_t kLong = 8'000'000;
constexpr auto kSlice = static_cast<std::int64_t>(ByteTokenizer::kSliceBytes);

ScriptedModelOptions wide_context() {
  ScriptedModelOptions options;
  options.script = always("yes");
  options.max_context = 20'000'000;
  return options;
}

TEST(Slices, AShortTextIsNotStuckBehindALongOne) {
  ScriptedEngine engine(wide_context());
  engine.model->text_gate().shut();
  auto long_session = engine.session();
  auto long_queue = make_queue();
  auto request = long_session->generate({user(std::string(kLong, 'x'))}, {}, long_queue, 1).value();
  engine.model->text_gate().wait_until_held();
  auto short_session = engine.session();
  auto short_queue = make_queue();
  ASSERT_TRUE(short_session->generate({user("hi")}, {}, short_queue, 2).ok());
  engine.model->text_gate().let(3);
  EXPECT_EQ(read_all(*short_queue).last().type, EventType::kDone);
  EXPECT_LE(engine.model->encoded_bytes(), 3 * kSlice) << "of 1,954 slices";
  request->cancel();
  EXPECT_EQ(read_all(*long_queue).last().type, EventType::kCancelled);
  engine.model->text_gate().open();
}

TEST(Slices, TwoLongTextsTakeTurns) {
  ScriptedEngine engine(wide_context());
  engine.model->text_gate().shut();
  std::vector<std::shared_ptr<Session>> sessions;
  std::vector<std::shared_ptr<Request>> requests;
  std::vector<std::shared_ptr<EventQueue>> queues;
  for (std::uint64_t tag = 0; tag < 2; ++tag) {
    sessions.push_back(engine.session());
    queues.push_back(make_queue());
    const std::string text(tag == 0 ? kLong : 20 * kSlice, 'x');
    requests.push_back(sessions[tag]->generate({user(text)}, {}, queues[tag], tag).value());
    engine.model->text_gate().wait_until_held();
  }
  engine.model->text_gate().let(42);  // the second has twenty turns in that time
  EXPECT_EQ(read_all(*queues[1]).last().type, EventType::kDone);
  requests[0]->cancel();
  EXPECT_EQ(read_all(*queues[0]).last().type, EventType::kCancelled);
  engine.model->text_gate().open();
}

TEST(Slices, ASmallPictureIsNotStuckBehindOneOfManyTiles) {
  ScriptedEngine engine({.script = always("yes"), .tiles_per_image = 1});
  engine.model->tile_gate().shut();
  auto large_session = engine.session();
  auto large_queue = make_queue();
  const Message large = {language::Role::kUser, {make_image(1, 1, 37)}};
  auto request = large_session->generate({large}, {}, large_queue, 1).value();
  engine.model->tile_gate().wait_until_held();
  auto small_session = engine.session();
  auto small_queue = make_queue();
  const Message small = {language::Role::kUser, {make_image(1, 1)}};
  ASSERT_TRUE(small_session->generate({small}, {}, small_queue, 2).ok());
  std::int64_t tiles = 0;
  while (small_queue->next(std::chrono::milliseconds(1)).status().code() == StatusCode::kTimeout) {
    engine.model->tile_gate().let(1);
    ++tiles;
  }
  EXPECT_LE(engine.model->tile_gate().passed(), tiles);
  EXPECT_EQ(read_all(*small_queue).last().type, EventType::kDone);
  EXPECT_FALSE(request->finished()) << "37 tiles, and one or two have been encoded";
  engine.model->tile_gate().open();
  EXPECT_EQ(read_all(*large_queue).last().type, EventType::kDone);
}

TEST(Slices, NoneIsMadeBehindTheDeadline) {
  ScriptedEngine engine(wide_context());
  engine.model->step_gate().shut();
  auto busy = engine.session();
  auto busy_queue = make_queue();
  ASSERT_TRUE(busy->generate({user("hi")}, {}, busy_queue, 1).ok());
  engine.model->step_gate().wait_until_held();  // nobody is left to end the late request
  const auto before = engine.model->encoded_bytes();
  engine.model->text_gate().shut();
  auto session = engine.session();
  auto queue = make_queue();
  GenerateOptions options;
  options.deadline = std::chrono::seconds(3);  // time to come to the gate on a busy machine
  ASSERT_TRUE(session->generate({user(std::string(kLong, 'x'))}, options, queue, 2).ok());
  engine.model->text_gate().wait_until_held();
  std::this_thread::sleep_for(options.deadline + std::chrono::milliseconds(10));
  engine.model->text_gate().open();
  auto next = engine.session();
  auto next_queue = make_queue();
  ASSERT_TRUE(next->generate({user("next")}, {}, next_queue, 3).ok());
  while (engine.model->live_sequences() < 2) std::this_thread::yield();
  EXPECT_LE(engine.model->encoded_bytes() - before, kSlice + 4);
  engine.model->step_gate().open();
  EXPECT_EQ(read_all(*queue).last().status.code(), StatusCode::kDeadline);
  EXPECT_EQ(read_all(*next_queue).last().type, EventType::kDone);
}

}  // namespace
}  // namespace arges::sdk::testing
