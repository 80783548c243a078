// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tests/sdk/runtime/scripted_engine.h"

// Conversations of some turns with a scripted model, whose answer is a digest of all that was
// absorbed before it: equal answers mean equal pasts.
namespace arges::sdk::testing {

// Most borders lie inside a message.
inline ScriptedModelOptions in_blocks_of_four() {
  ScriptedModelOptions options;
  options.block_tokens = 4;
  return options;
}

inline Message shown(std::string text, std::uint8_t value) {
  Message message = user(std::move(text));
  message.parts.emplace_back(MessageImage(make_image(3, value)));
  return message;
}

// The turn of that number, from 0; a picture is in the second.
inline Message turn(int number) {
  std::string text = "turn number " + std::to_string(number);
  return number == 1 ? shown(std::move(text), 7) : user(std::move(text));
}

inline std::vector<Message> turns(int count) {
  std::vector<Message> made;
  for (int i = 0; i < count; ++i) made.push_back(turn(i));
  return made;
}

// Those, and one behind them.
inline std::vector<Message> turns_and(int count, Message last) {
  std::vector<Message> made = turns(count);
  made.push_back(std::move(last));
  return made;
}

// Says these turns to a new session.
inline std::shared_ptr<Session> talk(const ScriptedEngine& engine, int count,
                                     const SessionOptions& options = {}) {
  auto session = engine.engine->create_session(options).value();
  for (Message& each : turns(count)) {
    EXPECT_EQ(ask(*session, {std::move(each)}).last().type, EventType::kDone);
  }
  return session;
}

inline Transcript add(Session& session, std::vector<Message> messages) {
  auto queue = make_queue();
  auto request = session.add(std::move(messages), queue, 1);
  EXPECT_TRUE(request.ok()) << request.status().message();
  return request.ok() ? read_all(*queue) : Transcript{{Event{}}, ""};
}

// What a session of its own answers to the last of these when all are said one after another.
inline std::string answer_alone(const ScriptedEngine& engine, std::vector<Message> said) {
  const auto session = engine.session();
  std::string answer;
  for (Message& each : said) answer = ask(*session, {std::move(each)}).text;
  return answer;
}

inline std::vector<Session::TurnInfo> turns_of(const Session& session) {
  std::vector<Session::TurnInfo> turns;
  for (std::uint64_t i = 0; i < session.turn_count(); ++i) turns.push_back(session.turn(i).value());
  return turns;
}

}  // namespace arges::sdk::testing
