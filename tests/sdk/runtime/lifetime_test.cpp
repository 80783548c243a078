// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <thread>

#include "tests/sdk/runtime/scripted_engine.h"

namespace arges::sdk::testing {
namespace {

TEST(Lifetime, AnEngineMayGoWhileSessionsAreAtWork) {
  ScriptedEngine engine({.script = always(std::string(100'000, 'x')), .max_context = 1'000'000});
  std::vector<std::shared_ptr<Session>> sessions;
  std::vector<std::shared_ptr<EventQueue>> queues;
  std::vector<std::shared_ptr<Request>> requests;
  for (int i = 0; i < 32; ++i) {
    sessions.push_back(engine.session());
    queues.push_back(make_queue(4));
    requests.push_back(sessions.back()->generate({user("hi")}, {}, queues.back(), 1).value());
  }
  engine.engine.reset();
  EXPECT_TRUE(engine.model->comes_to_live_sequences(0));
  EXPECT_EQ(engine.model.use_count(), 1) << "handles left over keep no model alive";
  for (std::size_t i = 0; i < sessions.size(); ++i) {
    EXPECT_TRUE(requests[i]->finished());
    EXPECT_EQ(read_all(*queues[i]).last().type, EventType::kCancelled);
    EXPECT_EQ(sessions[i]->generate({user("hi")}, {}, queues[i], 2).status().code(),
              StatusCode::kClosed);
    requests[i]->cancel();
    sessions[i]->close();
  }
}

TEST(Lifetime, AnEngineMayGoWhilePicturesAreEncoded) {
  ScriptedEngine engine;
  auto queue = make_queue();
  std::vector<std::shared_ptr<Session>> sessions;
  engine.model->tile_gate().shut();
  for (int i = 0; i < 8; ++i) {
    sessions.push_back(engine.session());
    const Message message = {language::Role::kUser, {make_image(1, 1), make_image(1, 2)}};
    ASSERT_TRUE(sessions.back()->generate({message}, {}, queue, 1).ok());
  }
  engine.model->tile_gate().wait_until_held();
  std::thread opener([&] {
    for (int i = 0; i < 8; ++i) EXPECT_EQ(read_all(*queue).last().type, EventType::kCancelled);
    engine.model->tile_gate().open();
  });
  engine.engine.reset();
  opener.join();
  EXPECT_EQ(engine.model->tile_gate().passed(), 1) << "no tile after the one under way";
}

TEST(Lifetime, ASessionMayGoBeforeItsRequestAndQueue) {
  ScriptedEngine engine({.script = always(std::string(1000, 'x'))});
  auto queue = make_queue(2);
  auto session = engine.session();
  auto request = session->generate({user("hi")}, {}, queue, 1).value();
  session.reset();
  EXPECT_TRUE(request->finished());
  request->cancel();
  EXPECT_TRUE(is_terminal(read_all(*queue).last().type));
  EXPECT_TRUE(engine.model->comes_to_live_sequences(0));
}

TEST(Lifetime, AQueueHandleMayGoBeforeItsRequest) {
  ScriptedEngine engine;
  auto session = engine.session();
  auto request = session->generate({user("hi")}, {}, make_queue(), 1).value();
  while (!request->finished()) std::this_thread::yield();
  EXPECT_EQ(ask(*session, {user("hi")}).last().type, EventType::kDone);
}

TEST(Lifetime, AnIdleSessionHoldsNoSequence) {
  ScriptedEngine engine;
  auto session = engine.session();
  EXPECT_TRUE(engine.model->comes_to_live_sequences(0));
  ask(*session, {user("hi")});
  EXPECT_TRUE(engine.model->comes_to_live_sequences(1));
}

TEST(Lifetime, SessionsMayBeMadeAndClosedFromManyThreadsWhileTheEngineGoes) {
  auto engine = std::make_unique<ScriptedEngine>();
  auto model = engine->model;
  std::vector<std::shared_ptr<Session>> sessions;
  for (int i = 0; i < 64; ++i) sessions.push_back(engine->session());
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (std::size_t i = t; i < sessions.size(); i += 4) {
        auto queue = make_queue();
        const auto request = sessions[i]->generate({user("hi")}, {}, queue, 1);
        if (!request.ok()) {
          EXPECT_EQ(request.status().code(), StatusCode::kClosed);
          continue;
        }
        EXPECT_TRUE(is_terminal(read_all(*queue).last().type));
        sessions[i]->close();
      }
    });
  }
  engine.reset();
  for (auto& thread : threads) thread.join();
  EXPECT_TRUE(model->comes_to_live_sequences(0));
}

}  // namespace
}  // namespace arges::sdk::testing
