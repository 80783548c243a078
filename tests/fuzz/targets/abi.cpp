// SPDX-License-Identifier: Apache-2.0
// Bytes as calls of the C ABI, with handles that live and handles that do not, over a scripted
// model: only the listed statuses, and exactly one terminal event for each request.
#include <algorithm>
#include <array>
#include <cstring>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "bindings_c/include/arges/arges.h"
#include "bindings_c/src/engine_handle.h"
#include "sdk/fakes/scripted_model.h"
#include "tests/fuzz/support/check.h"
#include "tests/fuzz/support/target.h"
#include "tests/support/tiny_png.h"

namespace {

using namespace arges::fuzz;

constexpr std::size_t kMostCalls = 64;
constexpr std::int64_t kPatienceMs = 20'000;

// One call: what, on which slots, and a number.
struct Call {
  std::uint8_t function;
  std::uint8_t a;
  std::uint8_t b;
  std::uint8_t number;
};

// A few places for handles of one kind. A handle that was given back stays in its place, so that
// calls meet it.
template <typename Handle>
class Slots {
 public:
  // The place for an out pointer; what lay there must have been given back.
  std::size_t place(std::uint8_t choice) const { return choice % kCount; }
  Handle*& at(std::uint8_t choice) { return handles_[place(choice)]; }
  bool alive(std::uint8_t choice) const { return !is_special(choice) && alive_[place(choice)]; }
  void set_alive(std::uint8_t choice, bool alive) { alive_[place(choice)] = alive; }
  // High choices are no handle at all, or a made-up one: numbers below the first that is given out
  // and far above.
  Handle* get(std::uint8_t choice) const {
    if (choice >= 0xF8) return nullptr;
    const int shift = choice % 2 == 0 ? 8 : 40;
    if (choice >= 0xF0) return reinterpret_cast<Handle*>(std::uintptr_t{choice} << shift | 1);
    return handles_[place(choice)];
  }
  static bool is_special(std::uint8_t choice) { return choice >= 0xF0; }

  static constexpr std::size_t kCount = 3;

 private:
  std::array<Handle*, kCount> handles_{};
  std::array<bool, kCount> alive_{};
};

std::shared_ptr<arges::sdk::ScriptedModel> make_model() {
  arges::sdk::ScriptedModelOptions options;
  options.max_context = 300;
  return std::make_shared<arges::sdk::ScriptedModel>(std::move(options));
}

arges_engine* make_engine(std::shared_ptr<arges::sdk::ScriptedModel> model) {
  auto engine = arges::sdk::Engine::create(std::move(model), {});
  require(engine.ok(), "an engine starts");
  return arges::bindings::wrap_engine(std::move(engine).value());
}

class World {
 public:
  World() : model_(make_model()) {
    engines_.at(0) = make_engine(model_);
    engines_.set_alive(0, true);
  }
  ~World();
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  void run(const Call& call);
  // Every request that could be heard has ended once.
  void finish();

 private:
  using Status = arges_status;
  // A failure has a sentence; the status is one of those listed, or INVALID_ARGUMENT and nothing
  // else when a handle was not alive.
  void expect(Status status, bool handles_alive, std::initializer_list<Status> listed);
  void expect_done(Status status, bool handles_alive) { expect(status, handles_alive, {ARGES_OK}); }

  void engine_call(const Call& call);
  void engine_facts(const Call& call);
  void token_call(const Call& call);
  void session_create(const Call& call);
  void session_close(std::uint8_t choice);
  void queue_create(const Call& call);
  void queue_close(std::uint8_t choice);
  void queue_next(std::uint8_t choice, std::int64_t timeout_ms);
  void queue_next_many(const Call& call);
  void image_call(const Call& call);
  void message_create(const Call& call);
  void message_add(const Call& call);
  void generate(const Call& call);
  void request_call(const Call& call);
  void break_model(const Call& call);
  void note_event(const arges_event& event);
  void struct_call(const Call& call);

  struct Request {
    std::size_t queue = 0;
    bool heard = true;  // false once its queue was closed
    int ends = 0;
  };

  std::shared_ptr<arges::sdk::ScriptedModel> model_;
  Slots<arges_engine> engines_;
  Slots<arges_session> sessions_;
  Slots<arges_queue> queues_;
  Slots<arges_image> images_;
  Slots<arges_message> messages_;
  Slots<arges_request> requests_;
  std::map<std::uint64_t, Request> asked_;  // by tag
  std::uint64_t next_tag_ = 1;
};

void World::expect(Status status, bool handles_alive, std::initializer_list<Status> listed) {
  if (status != ARGES_OK) {
    require(std::strlen(arges_last_error_message()) > 0, "a failure has a sentence");
  }
  if (!handles_alive) return require(status == ARGES_INVALID_ARGUMENT, "a dead handle is refused");
  if (std::find(listed.begin(), listed.end(), status) != listed.end()) return;
  broken("a status that the function does not list: " + std::string(arges_status_name(status)) +
         ": " + arges_last_error_message());
}

void World::engine_call(const Call& call) {
  const bool alive = engines_.alive(call.a);
  arges_engine* engine = engines_.get(call.a);
  if (call.number % 4 == 0) {
    arges_model_info info{};
    info.struct_size = sizeof info;
    return expect_done(arges_engine_model_info(engine, &info), alive);
  }
  if (call.number % 4 == 1) {
    arges_image_plan plan{};
    plan.struct_size = sizeof plan;
    return expect(arges_image_plan_for_size(engine, call.b, call.number * 100u, &plan), alive,
                  {ARGES_OK, ARGES_INVALID_ARGUMENT});
  }
  if (call.number % 4 == 3) return engine_facts(call);
  if (call.number % 16 != 2) return token_call(call);
  arges_engine_close(engine);
  if (alive) engines_.set_alive(call.a, false);
}

void World::engine_facts(const Call& call) {
  const bool alive = engines_.alive(call.a);
  const arges_engine* engine = engines_.get(call.a);
  if (call.b % 2 == 0) {
    arges_engine_info info{};
    info.struct_size = sizeof info;
    return expect_done(arges_engine_get_info(engine, &info), alive);
  }
  arges_stats stats{};
  stats.struct_size = sizeof stats;
  expect_done(arges_engine_stats(engine, &stats), alive);
  const std::uint64_t ended = stats.done + stats.cancelled + stats.failed;
  require(ended < next_tag_, "no more requests end than were asked");
}

void World::token_call(const Call& call) {
  const bool alive = engines_.alive(call.a);
  const arges_engine* engine = engines_.get(call.a);
  std::uint64_t count = 0;
  if (call.number % 16 == 6) {
    arges_message* message = messages_.get(call.b);
    return expect(arges_count_tokens(engine, &message, 1, &count), alive && messages_.alive(call.b),
                  {ARGES_OK, ARGES_INVALID_ARGUMENT, ARGES_UNSUPPORTED});
  }
  if (call.number % 16 == 10) {
    const std::string text(call.b, static_cast<char>(call.number));
    std::array<std::int32_t, 100> tokens{};
    return expect(
        arges_tokenize(engine, text.data(), text.size(), tokens.data(), tokens.size(), &count),
        alive, {ARGES_OK, ARGES_INVALID_ARGUMENT});
  }
  const std::int32_t token = call.b * (call.number - 100);
  std::array<char, 2> text{};
  expect(arges_detokenize(engine, &token, 1, text.data(), text.size(), &count), alive,
         {ARGES_OK, ARGES_INVALID_ARGUMENT});
}

void World::session_create(const Call& call) {
  if (sessions_.alive(call.b) || Slots<arges_session>::is_special(call.b)) return;
  const bool alive = engines_.alive(call.a);
  const Status status = arges_session_create(engines_.get(call.a), &sessions_.at(call.b));
  expect(status, alive, {ARGES_OK, ARGES_BUSY, ARGES_OUT_OF_MEMORY_HOST});
  sessions_.set_alive(call.b, status == ARGES_OK);
}

void World::session_close(std::uint8_t choice) {
  const bool alive = sessions_.alive(choice);
  arges_session_close(sessions_.get(choice));
  if (alive) sessions_.set_alive(choice, false);
}

void World::queue_create(const Call& call) {
  if (queues_.alive(call.a) || Slots<arges_queue>::is_special(call.a)) return;
  arges_queue_options options;
  expect_done(arges_queue_options_init(&options, sizeof options), true);
  options.capacity = call.number % 8;
  if (call.number >= 0xF0) options.capacity = 65537;
  const arges_queue_options* given = call.b % 2 == 0 ? &options : nullptr;
  const Status status = arges_queue_create(given, &queues_.at(call.a));
  const bool valid = given == nullptr || options.capacity <= 65536;
  expect(status, valid, {ARGES_OK});
  queues_.set_alive(call.a, status == ARGES_OK);
}

void World::queue_close(std::uint8_t choice) {
  const bool alive = queues_.alive(choice);
  arges_queue_close(queues_.get(choice));
  if (!alive) return;
  queues_.set_alive(choice, false);
  for (auto& [tag, request] : asked_) {
    if (request.queue == queues_.place(choice)) request.heard = false;
  }
}

void World::note_event(const arges_event& event) {
  const auto found = asked_.find(event.tag);
  require(found != asked_.end(), "an event belongs to a request");
  Request& request = found->second;
  require(request.heard, "no event comes after its queue was closed");
  require(request.ends == 0, "no event comes after the terminal one");
  const bool ends = event.type >= ARGES_EVENT_DONE;
  const bool goes_on = event.type == ARGES_EVENT_PROGRESS || event.type == ARGES_EVENT_TEXT;
  require(goes_on || (ends && event.type <= ARGES_EVENT_FAILED), "event types");
  require((event.status == ARGES_OK) == (event.type <= ARGES_EVENT_DONE), "an end says how");
  if (event.type == ARGES_EVENT_CANCELLED) {
    require(event.status == ARGES_CANCELLED || event.status == ARGES_DEADLINE, "why it was ended");
  }
  require((event.text != nullptr) == (event.text_length > 0), "a text has an address");
  require(event.text == nullptr || event.storage != 0, "somebody owns the text");
  require(ends || event.total_us == 0, "only an end says where the time went");
  if (event.type == ARGES_EVENT_FAILED) require(event.text_length > 0, "a failure says why");
  if (event.type == ARGES_EVENT_TEXT) require(event.text_length > 0, "a piece is not empty");
  request.ends += ends ? 1 : 0;
}

void World::queue_next(std::uint8_t choice, std::int64_t timeout_ms) {
  arges_event event;
  expect_done(arges_event_init(&event, sizeof event), true);
  const Status status = arges_queue_next(queues_.get(choice), timeout_ms, &event);
  expect(status, queues_.alive(choice), {ARGES_OK, ARGES_TIMEOUT});
  if (status == ARGES_OK) note_event(event);
  arges_event_clear(&event);
}

void World::queue_next_many(const Call& call) {
  std::array<arges_event, 4> events;
  for (arges_event& event : events) {
    expect_done(arges_event_init(&event, sizeof event), true);
  }
  const std::uint64_t capacity = call.number / 4 % (events.size() + 1);
  std::uint64_t count = 0;
  const Status status =
      arges_queue_next_many(queues_.get(call.a), call.number % 3, events.data(), capacity, &count);
  expect(status, queues_.alive(call.a) && capacity > 0, {ARGES_OK, ARGES_TIMEOUT});
  require((status == ARGES_OK) == (count > 0) && count <= capacity, "as many as are said");
  for (std::uint64_t i = 0; i < count; ++i) note_event(events.at(i));
  for (arges_event& event : events) {
    arges_event_clear(&event);
    require(event.storage == 0 && event.text == nullptr, "a cleared event holds nothing");
  }
}

void World::image_call(const Call& call) {
  static constexpr std::array<unsigned char, 4 * 8 * 8> kPixels{};
  if (call.number % 4 == 0) {
    const bool alive = images_.alive(call.a);
    arges_image_free(images_.get(call.a));
    if (alive) images_.set_alive(call.a, false);
    return;
  }
  if (call.number % 4 == 1) {
    std::uint32_t width = 0;
    std::uint32_t height = 0;
    return expect_done(arges_image_size(images_.get(call.a), &width, &height),
                       images_.alive(call.a));
  }
  if (images_.alive(call.a) || Slots<arges_image>::is_special(call.a)) return;
  const std::uint32_t side = call.b % 9;
  const std::uint32_t format = call.number / 4 % 8;
  const Status status =
      arges_image_from_pixels(kPixels.data(), side, side, 4 * side, format, &images_.at(call.a));
  expect(status, true, {ARGES_OK, ARGES_INVALID_ARGUMENT});
  images_.set_alive(call.a, status == ARGES_OK);
}

void World::message_create(const Call& call) {
  if (call.number % 4 == 0) {
    const bool alive = messages_.alive(call.a);
    arges_message_free(messages_.get(call.a));
    if (alive) messages_.set_alive(call.a, false);
    return;
  }
  if (messages_.alive(call.a) || Slots<arges_message>::is_special(call.a)) return;
  const std::uint32_t role = call.b % 8 < 6 ? ARGES_ROLE_USER : call.b % 5;
  const Status status = arges_message_create(role, &messages_.at(call.a));
  expect(status, true, {ARGES_OK, ARGES_INVALID_ARGUMENT});
  messages_.set_alive(call.a, status == ARGES_OK);
}

void World::message_add(const Call& call) {
  const bool alive = messages_.alive(call.a);
  if (call.number % 3 == 0) {
    return expect_done(arges_message_add_image(messages_.get(call.a), images_.get(call.b)),
                       alive && images_.alive(call.b));
  }
  if (call.number % 7 == 1) {
    // As much of a picture as b says.
    const std::size_t length = std::min(std::size(arges::support::kTinyPng), std::size_t{call.b});
    const Status status =
        arges_message_add_image_bytes(messages_.get(call.a), arges::support::kTinyPng, length);
    return expect(status, alive, {ARGES_OK, ARGES_INVALID_ARGUMENT});
  }
  const std::string text(call.b, static_cast<char>(call.number));
  const Status status = arges_message_add_text(messages_.get(call.a), text.data(), text.size());
  expect(status, alive, {ARGES_OK, ARGES_INVALID_ARGUMENT});
}

// Fields at and over their borders, one at a time.
void choose_options(std::uint8_t number, arges_generate_options& options) {
  static constexpr arges_text kStop[] = {{"a", 1}, {"", 0}, {"\xFF", 1}};
  static constexpr std::int32_t kTokens[] = {1, -1};
  options.max_tokens = 1 + number % 32;
  options.temperature = number % 3 == 0 ? 1.0F : 0.0F;
  switch (number / 8) {
    case 0:
      options.top_p = 0;
      break;
    case 1:
      options.temperature = -1;
      break;
    case 2:
      options.deadline_ms = 1;
      break;
    case 3:
      options.stop_strings = kStop;
      options.stop_string_count = 1 + number % 3;
      break;
    case 4:
      options.stop_tokens = kTokens;
      options.stop_token_count = 1 + number % 2;
      break;
    case 5:
      options.max_tokens = 1'000'001;
      break;
    case 6:
      options.repetition_penalty = 1.5F;
      break;
    case 7:
      options.stop_string_count = 17;
      break;
    default:
      break;
  }
}

void World::generate(const Call& call) {
  const std::uint8_t session = call.a % 16 == 15 ? 0xF8 : call.a % 4;
  const std::uint8_t queue = call.a >= 0xF0 ? call.a : call.a / 16;
  const std::uint8_t place = call.b / 64;
  const std::size_t count = call.b % 4;
  std::vector<arges_message*> given;
  bool alive = sessions_.alive(session) && queues_.alive(queue);
  for (std::uint8_t i = 0; i < count; ++i) {
    given.push_back(messages_.get(i));
    alive = alive && messages_.alive(i);
  }
  if (requests_.alive(place)) arges_request_free(requests_.get(place));
  requests_.set_alive(place, false);
  arges_generate_options options;
  expect_done(arges_generate_options_init(&options, sizeof options), true);
  choose_options(call.number, options);
  const std::uint64_t tag = next_tag_++;
  asked_[tag] = {queues_.place(queue), true, 0};
  const Status status = arges_generate(sessions_.get(session), given.data(), count, &options,
                                       queues_.get(queue), tag, &requests_.at(place));
  expect(status, alive,
         {ARGES_OK, ARGES_BUSY, ARGES_CLOSED, ARGES_INVALID_ARGUMENT, ARGES_UNSUPPORTED,
          ARGES_OUT_OF_MEMORY_HOST});
  requests_.set_alive(place, status == ARGES_OK);
  if (status != ARGES_OK) asked_.erase(tag);
}

void World::request_call(const Call& call) {
  const bool alive = requests_.alive(call.a);
  if (call.number % 4 != 3) return expect_done(arges_request_cancel(requests_.get(call.a)), alive);
  const std::int64_t timeout_ms = call.b % 2;
  expect(arges_request_wait(requests_.get(call.a), timeout_ms), alive, {ARGES_OK, ARGES_TIMEOUT});
}

void World::break_model(const Call& call) {
  const arges::Status failure(arges::StatusCode::kOutOfMemoryHost, "The fake has no memory.");
  const std::int64_t skip = call.number % 8;
  switch (call.a % 5) {
    case 0:
      model_->step_fault().fail_after(skip, failure);
      break;
    case 1:
      model_->encode_fault().fail_after(skip, failure);
      break;
    case 2:
      model_->clone_fault().fail_after(skip, failure);
      break;
    case 3:
      model_->reserve_fault().fail_after(skip, failure);
      break;
    default:
      model_->step_fault().throw_after(skip);
  }
}

// Structs of sizes that no version had.
void World::struct_call(const Call& call) {
  std::array<unsigned char, 512> storage{};
  const std::uint64_t size = std::uint64_t{call.a} * 2;
  const auto listed = {ARGES_OK, ARGES_INVALID_ARGUMENT};
  switch (call.b % 4) {
    case 0:
      expect(arges_event_init(reinterpret_cast<arges_event*>(storage.data()), size), true, listed);
      break;
    case 1:
      expect(arges_queue_options_init(reinterpret_cast<arges_queue_options*>(storage.data()), size),
             true, listed);
      break;
    case 2:
      expect(arges_generate_options_init(reinterpret_cast<arges_generate_options*>(storage.data()),
                                         size),
             true, listed);
      break;
    default:
      expect(
          arges_engine_options_init(reinterpret_cast<arges_engine_options*>(storage.data()), size),
          true, listed);
  }
  for (std::size_t i = size; i < storage.size(); ++i) {
    require(storage[i] == 0, "an _init function writes no more than the size given");
  }
}

void World::run(const Call& call) {
  switch (call.function % 16) {
    case 0:
      return engine_call(call);
    case 1:
      return session_create(call);
    case 2:
      return session_close(call.a);
    case 3:
      return queue_create(call);
    case 4:
      if (call.b % 4 == 0) return queue_close(call.a);
      return call.b % 4 == 2 ? queue_next_many(call) : queue_next(call.a, call.number % 3);
    case 5:
      return image_call(call);
    case 6:
      return message_create(call);
    case 7:
      return message_add(call);
    case 8:
    case 9:
      return generate(call);
    case 10:
      return request_call(call);
    case 11: {
      const bool alive = requests_.alive(call.a);
      arges_request_free(requests_.get(call.a));
      if (alive) requests_.set_alive(call.a, false);
      return;
    }
    case 12: {
      std::uint64_t tokens = 0;
      return expect_done(arges_session_token_count(sessions_.get(call.a), &tokens),
                         sessions_.alive(call.a));
    }
    case 13: {
      const bool is_open = arges_queue_fd(queues_.get(call.a)) >= 0;
      return require(is_open == queues_.alive(call.a), "an open queue has a descriptor");
    }
    case 14:
      return struct_call(call);
    default:
      return break_model(call);
  }
}

void World::finish() {
  for (std::uint8_t queue = 0; queue < Slots<arges_queue>::kCount; ++queue) {
    const auto waits = [&](const auto& asked) {
      return asked.second.queue == queue && asked.second.heard && asked.second.ends == 0;
    };
    while (queues_.alive(queue) && std::any_of(asked_.begin(), asked_.end(), waits)) {
      arges_event event;
      expect_done(arges_event_init(&event, sizeof event), true);
      const Status status = arges_queue_next(queues_.get(queue), kPatienceMs, &event);
      require(status == ARGES_OK, "every request ends");
      note_event(event);
      arges_event_clear(&event);
    }
  }
}

World::~World() {
  for (std::uint8_t i = 0; i < 3; ++i) {
    if (requests_.alive(i)) arges_request_free(requests_.get(i));
    if (messages_.alive(i)) arges_message_free(messages_.get(i));
    if (images_.alive(i)) arges_image_free(images_.get(i));
    if (sessions_.alive(i)) arges_session_close(sessions_.get(i));
    if (queues_.alive(i)) arges_queue_close(queues_.get(i));
    if (engines_.alive(i)) arges_engine_close(engines_.get(i));
  }
  require(model_->comes_to_live_sequences(0), "nothing of a session stays");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) noexcept {
  World world;
  const std::size_t calls = std::min(size / sizeof(Call), kMostCalls);
  for (std::size_t i = 0; i < calls; ++i) {
    Call call;
    std::memcpy(&call, data + i * sizeof call, sizeof call);
    world.run(call);
  }
  world.finish();
  return 0;
}
