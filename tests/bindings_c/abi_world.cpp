// SPDX-License-Identifier: Apache-2.0
#include "tests/bindings_c/abi_world.h"

#include <gtest/gtest.h>

#include <cstring>

#include "bindings_c/src/engine_handle.h"

namespace arges::bindings_test {
namespace {

constexpr std::int64_t kPatienceMs = 60'000;

void add_event(const arges_event& event, Answer& answer) {
  const std::string text(event.text == nullptr ? "" : event.text, event.text_length);
  if (event.type == ARGES_EVENT_TEXT) answer.text += text;
  if (event.type < ARGES_EVENT_DONE) return;
  answer.end = event.type;
  answer.status = event.status;
  answer.reason = text;
  answer.finish_reason = event.finish_reason;
  answer.generated_tokens = event.generated_tokens;
}

}  // namespace

Answer read_answer(arges_queue* queue, std::uint64_t tag) {
  Answer answer;
  arges_event event;
  arges_event_init(&event, sizeof event);
  while (answer.end == 0 && arges_queue_next(queue, kPatienceMs, &event) == ARGES_OK) {
    if (event.tag == tag) add_event(event, answer);
  }
  arges_event_clear(&event);
  return answer;
}

arges_message* text_message(const std::string& text) {
  arges_message* message = nullptr;
  EXPECT_EQ(arges_message_create(ARGES_ROLE_USER, &message), ARGES_OK);
  EXPECT_EQ(arges_message_add_text(message, text.data(), text.size()), ARGES_OK);
  return message;
}

arges_status submit(arges_session* session, const std::string& text, arges_queue* queue,
                    std::uint64_t tag) {
  arges_message* message = text_message(text);
  arges_request* request = nullptr;
  const arges_status status = arges_generate(session, &message, 1, nullptr, queue, tag, &request);
  arges_message_free(message);
  arges_request_free(request);
  return status;
}

Answer ask(arges_engine* engine, const std::string& text) {
  arges_session* session = nullptr;
  arges_queue* queue = nullptr;
  EXPECT_EQ(arges_session_create(engine, &session), ARGES_OK);
  EXPECT_EQ(arges_queue_create(nullptr, &queue), ARGES_OK);
  EXPECT_EQ(submit(session, text, queue, 1), ARGES_OK) << arges_last_error_message();
  const Answer answer = read_answer(queue, 1);
  arges_session_close(session);
  arges_queue_close(queue);
  return answer;
}

arges_engine* open_engine(std::shared_ptr<sdk::ScriptedModel> model) {
  auto engine = sdk::Engine::create(std::move(model), {});
  EXPECT_TRUE(engine.ok());
  return bindings::wrap_engine(std::move(engine).value());
}

arges_engine* open_scripted_engine(const std::string& text) {
  return open_engine(scripted_model(text));
}

std::shared_ptr<sdk::ScriptedModel> scripted_model(const std::string& text) {
  sdk::ScriptedModelOptions options;
  options.script = [text](const sdk::History&) { return text; };
  return std::make_shared<sdk::ScriptedModel>(std::move(options));
}

Outputs::Outputs() {
  std::memset(static_cast<void*>(this), 0x5A, sizeof *this);
}

bool Outputs::untouched() const {
  Outputs before;
  std::memcpy(before.bytes, bytes, sizeof(std::uint32_t));
  return std::memcmp(this, &before, sizeof before) == 0;
}

World::World(arges_engine* shared_engine) : engine(shared_engine) {
  static const unsigned char kPixels[12] = {};
  EXPECT_EQ(arges_session_create(engine, &session), ARGES_OK);
  EXPECT_EQ(arges_queue_create(nullptr, &queue), ARGES_OK);
  EXPECT_EQ(arges_image_from_pixels(kPixels, 2, 2, 6, ARGES_PIXELS_RGB, &image), ARGES_OK);
  message = text_message("hello");
  EXPECT_EQ(arges_generate(session, &message, 1, nullptr, queue, 1, &request), ARGES_OK);
  EXPECT_EQ(read_answer(queue, 1).end, ARGES_EVENT_DONE);
}

World::~World() {
  arges_request_free(request);
  arges_message_free(message);
  arges_image_free(image);
  arges_session_close(session);
  arges_queue_close(queue);
}

}  // namespace arges::bindings_test
