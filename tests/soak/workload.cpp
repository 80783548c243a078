// SPDX-License-Identifier: Apache-2.0
#include "tests/soak/workload.h"

#include <array>
#include <cstdio>
#include <utility>

namespace arges::soak {
namespace {

constexpr std::int64_t kPatienceMs = 120'000;
constexpr std::uint64_t kLongSession = 1500;  // tokens

arges_generate_options options_of(std::uint32_t max_tokens, std::uint64_t deadline_ms) {
  arges_generate_options options;
  arges_generate_options_init(&options, sizeof options);
  options.max_tokens = max_tokens;
  options.deadline_ms = deadline_ms;
  return options;
}

// A message of a text, and of the picture when there is one; null when it cannot be made.
arges_message* make_message(const std::string& text, arges_image* image) {
  arges_message* message = nullptr;
  if (arges_message_create(ARGES_ROLE_USER, &message) != ARGES_OK) return nullptr;
  if (image != nullptr) arges_message_add_image(message, image);
  arges_message_add_text(message, text.data(), text.size());
  return message;
}

// Counts the terminal events of a queue in callback mode.
void on_event(void* user, const arges_event* event) {
  if (event->type >= ARGES_EVENT_DONE) ++*static_cast<std::atomic<std::uint64_t>*>(user);
}

}  // namespace

Client::Client(arges_engine* engine, arges_image* image, std::string expected, std::uint64_t seed,
               Tally& tally)
    : engine_(engine), image_(image), expected_(std::move(expected)), random_(seed), tally_(tally) {
  renew_session();
  expect_ok(arges_queue_create(nullptr, &queue_), "queue_create");
}

Client::~Client() {
  arges_session_close(session_);
  arges_queue_close(queue_);
}

void Client::act() {
  std::uint64_t tokens = 0;
  expect_ok(arges_session_token_count(session_, &tokens), "token_count");
  if (tokens > kLongSession) renew_session();
  switch (pick(10)) {
    case 0:
    case 1:
    case 2:
      return ask({});
    case 3:
      return ask({.picture = true});
    case 4:
      return ask({.picture = pick(2) == 0, .cancel_after = pick(6)});
    case 5:
      return ask({.deadline_ms = 1 + pick(40)});
    case 6:
      return ask_with_callback();
    case 7:
      return close_under_way();
    case 8:
      return count_words();
    default:
      return check_answer();
  }
}

void Client::renew_session() {
  arges_session_close(session_);
  session_ = nullptr;
  expect_ok(arges_session_create(engine_, &session_), "session_create");
  ++tally_.sessions;
}

std::string Client::check_question(arges_engine* engine, arges_image* image) {
  std::string answer;
  arges_session* session = nullptr;
  arges_queue* queue = nullptr;
  arges_request* request = nullptr;
  arges_session_create(engine, &session);
  arges_queue_create(nullptr, &queue);
  arges_message* message = make_message("What is the total?", image);
  const arges_generate_options options = options_of(24, 0);
  arges_generate(session, &message, 1, &options, queue, 1, &request);
  arges_event event;
  arges_event_init(&event, sizeof event);
  while (arges_queue_next(queue, kPatienceMs, &event) == ARGES_OK) {
    if (event.type == ARGES_EVENT_TEXT) answer.append(event.text, event.text_length);
    if (event.type >= ARGES_EVENT_DONE) break;
  }
  arges_event_clear(&event);
  arges_request_free(request);
  arges_message_free(message);
  arges_session_close(session);
  arges_queue_close(queue);
  return answer;
}

void Client::check_answer() {
  ++tally_.checked;
  const std::string answer = check_question(engine_, image_);
  if (answer == expected_) return;
  ++tally_.wrong;
  std::fprintf(stderr, "answered \"%s\" instead of \"%s\"\n", answer.c_str(), expected_.c_str());
}

arges_request* Client::submit(const Asked& asked, arges_queue* queue) {
  ++tally_.requests;
  if (asked.picture) ++tally_.pictures;
  const std::string text = "What is shown, number " + std::to_string(pick(1000)) + "?";
  arges_message* message = make_message(text, asked.picture ? image_ : nullptr);
  const auto options = options_of(static_cast<std::uint32_t>(1 + pick(30)), asked.deadline_ms);
  arges_request* request = nullptr;
  expect_ok(arges_generate(session_, &message, 1, &options, queue, 1, &request), "generate");
  arges_message_free(message);
  return request;
}

void Client::ask(const Asked& asked) {
  arges_request* request = submit(asked, queue_);
  read_to_end(request, asked);
  expect_ok(arges_request_wait(request, kPatienceMs), "request_wait");
  arges_request_free(request);
}

void Client::read_to_end(arges_request* request, const Asked& asked) {
  std::array<arges_event, 4> events;
  for (arges_event& event : events) arges_event_init(&event, sizeof event);
  std::uint64_t seen = 0;
  bool ended = false;
  while (!ended) {
    if (seen >= asked.cancel_after) arges_request_cancel(request);
    std::uint64_t count = 0;
    const std::uint64_t wanted = 1 + pick(events.size());
    const arges_status status =
        arges_queue_next_many(queue_, kPatienceMs, events.data(), wanted, &count);
    expect_ok(status, "queue_next_many");
    if (status != ARGES_OK) break;
    seen += count;
    ended = events[count - 1].type >= ARGES_EVENT_DONE;
    if (!ended) continue;
    note_end(events[count - 1], asked.cancel_after != ~std::uint64_t{0} || asked.deadline_ms != 0);
  }
  for (arges_event& event : events) arges_event_clear(&event);
}

void Client::note_end(const arges_event& event, bool may_be_cancelled) {
  if (event.type == ARGES_EVENT_DONE) {
    ++tally_.done;
  } else if (event.type == ARGES_EVENT_CANCELLED && may_be_cancelled) {
    ++tally_.cancelled;
  } else {
    expect_ok(event.status == ARGES_OK ? ARGES_INTERNAL : event.status, "a request's end");
  }
}

void Client::ask_with_callback() {
  std::atomic<std::uint64_t> ends{0};
  arges_queue_options options;
  arges_queue_options_init(&options, sizeof options);
  options.callback = on_event;
  options.callback_user = &ends;
  arges_queue* queue = nullptr;
  expect_ok(arges_queue_create(&options, &queue), "queue_create");
  arges_request* request = submit({}, queue);
  expect_ok(arges_request_wait(request, kPatienceMs), "request_wait");
  arges_request_free(request);
  arges_queue_close(queue);
  if (ends <= 1) ++tally_.done;
  if (ends > 1) expect_ok(ARGES_INTERNAL, "more than one end");
}

// The session's end must wait in the queue when its close returns.
void Client::close_under_way() {
  const Asked asked{.picture = pick(2) == 0};
  arges_request* request = submit(asked, queue_);
  renew_session();
  read_to_end(request, {.cancel_after = 1'000'000});
  arges_request_free(request);
}

void Client::count_words() {
  const std::string text(1 + pick(20'000), 'a');
  std::uint64_t tokens = 0;
  expect_ok(arges_tokenize(engine_, text.data(), text.size(), nullptr, 0, &tokens), "tokenize");
  arges_message* message = make_message("How many?", image_);
  expect_ok(arges_count_tokens(engine_, &message, 1, &tokens), "count_tokens");
  arges_message_free(message);
  arges_stats stats{};
  stats.struct_size = sizeof stats;
  expect_ok(arges_engine_stats(engine_, &stats), "engine_stats");
}

void Client::expect_ok(arges_status status, const char* what) {
  if (status == ARGES_OK) return;
  ++tally_.wrong;
  std::fprintf(stderr, "%s: %s, %s\n", what, arges_status_name(status), arges_last_error_message());
}

}  // namespace arges::soak
