// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "sdk/fakes/scripted_model.h"
#include "sdk/runtime/engine.h"

namespace arges::sdk::testing {

// An engine on a scripted model, and short words for what tests do with it.
struct ScriptedEngine {
  explicit ScriptedEngine(ScriptedModelOptions model_options = {}, EngineOptions options = {})
      : model(std::make_shared<ScriptedModel>(std::move(model_options))),
        engine(Engine::create(model, options).value()) {}

  std::shared_ptr<Session> session() const { return engine->create_session().value(); }

  std::shared_ptr<ScriptedModel> model;
  std::shared_ptr<Engine> engine;
};

inline std::shared_ptr<EventQueue> make_queue(std::size_t capacity = 256) {
  return EventQueue::create(capacity).value();
}

inline Message user(std::string text) {
  Message message;
  message.role = language::Role::kUser;
  message.parts.emplace_back(std::move(text));  // a list would be copied
  return message;
}

inline std::shared_ptr<const vision::Image> make_image(int height, std::uint8_t value,
                                                       int width = 1) {
  auto image = std::make_shared<vision::Image>();
  image->height = height;
  image->width = width;
  image->pixels.assign(static_cast<std::size_t>(height * width) * 3, value);
  return image;
}

// Everything that a request told its reader.
struct Transcript {
  std::vector<Event> events;  // the last one is terminal
  std::string text;

  const Event& last() const { return events.back(); }
};

// Reads until a terminal event. For queues of one request.
inline Transcript read_all(EventQueue& queue) {
  Transcript transcript;
  do {
    auto event = queue.next(std::chrono::milliseconds(-1));
    if (!event.ok()) break;
    transcript.text += event->text;
    transcript.events.push_back(std::move(*event));
  } while (!is_terminal(transcript.last().type));
  return transcript;
}

// Asks and waits for the end.
inline Transcript ask(Session& session, std::vector<Message> messages,
                      GenerateOptions options = {}) {
  auto queue = make_queue();
  auto request = session.generate(std::move(messages), std::move(options), queue, 1);
  if (!request.ok()) {
    Transcript refused;
    refused.events.emplace_back();
    refused.events.back().type = EventType::kFailed;
    refused.events.back().status = request.status();
    return refused;
  }
  return read_all(*queue);
}

// A script that says the same whatever it is asked.
inline Script always(std::string answer) {
  return [answer = std::move(answer)](const History&) { return answer; };
}

// The ids of a piece of a prompt written as text and markup ids.
struct Piece {
  Piece(const char* text) {  // NOLINT: implicit, so that tests read like the prompt
    for (; *text; ++text) ids.push_back(static_cast<unsigned char>(*text));
  }
  Piece(language::TokenId id) : ids{id} {}  // NOLINT

  std::vector<language::TokenId> ids;
};

inline std::vector<language::TokenId> ids_of(std::initializer_list<Piece> pieces) {
  std::vector<language::TokenId> ids;
  for (const auto& piece : pieces) ids.insert(ids.end(), piece.ids.begin(), piece.ids.end());
  return ids;
}

}  // namespace arges::sdk::testing
