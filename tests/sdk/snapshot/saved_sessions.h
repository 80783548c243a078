// SPDX-License-Identifier: Apache-2.0
// What tests of saved sessions share.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "sdk/snapshot/session_files.h"
#include "tests/sdk/model/test_files.h"
#include "tests/sdk/runtime/scripted_engine.h"
#include "tests/support/tiny_png.h"

namespace arges::sdk::testing {

inline ScriptedModelOptions model_of_blocks() {
  ScriptedModelOptions options;
  options.block_tokens = 4;  // most borders lie inside a message
  return options;
}

inline Message shown(std::string text, std::uint8_t value) {
  Message message = user(std::move(text));
  message.parts.emplace_back(MessageImage(make_image(3, value)));
  return message;
}

inline Message shown_file(std::string text) {
  Message message = user(std::move(text));
  const auto* bytes = reinterpret_cast<const std::byte*>(support::kTinyPng);
  message.parts.emplace_back(
      MessageImage(std::vector<std::byte>(bytes, bytes + sizeof support::kTinyPng)));
  return message;
}

// The end of a request that says nothing else; a refused call counts as its failure.
inline Event end_of(const Result<std::shared_ptr<Request>>& request, EventQueue& queue) {
  if (request.ok()) return read_all(queue).last();
  Event refused;
  refused.type = EventType::kFailed;
  refused.status = request.status();
  return refused;
}

inline Event save(Session& session, const std::string& path) {
  const auto queue = make_queue();
  return end_of(save_session(session, path, queue, 1), *queue);
}

inline Event load(Session& session, const std::string& path) {
  const auto queue = make_queue();
  return end_of(load_session(session, path, queue, 1), *queue);
}

inline Event add(Session& session, std::vector<Message> messages) {
  const auto queue = make_queue();
  return end_of(session.add(std::move(messages), queue, 1), *queue);
}

}  // namespace arges::sdk::testing
