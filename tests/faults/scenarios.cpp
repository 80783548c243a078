// SPDX-License-Identifier: Apache-2.0
#include "tests/faults/scenarios.h"

#include <poll.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstring>
#include <memory>
#include <new>
#include <system_error>
#include <utility>

#include "bindings_c/src/engine_handle.h"
#include "bindings_c/src/handles.h"
#include "bindings_c/src/opening.h"
#include "sdk/fakes/scripted_model.h"
#include "tests/support/tiny_png.h"

namespace arges::faults {
namespace {

constexpr std::int64_t kPatienceMs = 60'000;

std::shared_ptr<sdk::ScriptedModel> scripted_model() {
  sdk::ScriptedModelOptions options;
  options.logs_steps = false;
  return std::make_shared<sdk::ScriptedModel>(std::move(options));
}

// One of each handle, as far as they could be made.
class Caller {
 public:
  explicit Caller(arges_engine* shared_engine) : engine(shared_engine) {
    arges_event_init(&event, sizeof event);
    arges_generate_options_init(&options, sizeof options);
  }
  ~Caller() {
    arges_event_clear(&event);
    arges_request_free(request);
    arges_message_free(message);
    arges_image_free(image);
    arges_session_close(session);
    arges_queue_close(queue);
  }
  Caller(const Caller&) = delete;
  Caller& operator=(const Caller&) = delete;

  // Whether a call went well; a refusal is allowed, and `also`.
  bool note(arges_status status, arges_status also = ARGES_OK) {
    const bool explained = status == ARGES_OK || status == also ||
                           status == ARGES_OUT_OF_MEMORY_HOST || status == ARGES_IO;
    if (!explained) ++wrong;
    return status == ARGES_OK;
  }
  bool make(const arges_queue_options* queue_options = nullptr) {
    return note(arges_session_create(engine, &session)) &&
           note(arges_queue_create(queue_options, &queue));
  }
  bool write(const char* text = "a text that no short string holds", std::uint64_t length = 33) {
    arges_message_free(std::exchange(message, nullptr));
    return note(arges_message_create(ARGES_ROLE_USER, &message)) &&
           note(arges_message_add_text(message, text, length));
  }
  bool show() {
    static const unsigned char kPixels[16] = {};
    return note(arges_image_from_pixels(kPixels, 2, 2, 8, ARGES_PIXELS_RGBA, &image)) &&
           note(arges_message_add_image(message, image));
  }
  bool submit() {
    arges_request_free(std::exchange(request, nullptr));
    return note(arges_generate(session, &message, 1, &options, queue, 1, &request));
  }
  // To the terminal event, which must come whatever is refused.
  bool read() {
    for (event.type = 0; event.type < ARGES_EVENT_DONE;) {
      const arges_status status = arges_queue_next(queue, kPatienceMs, &event);
      note(status);
      if (status != ARGES_OK && status != ARGES_OUT_OF_MEMORY_HOST) return false;
    }
    return note(event.status, event.type == ARGES_EVENT_CANCELLED ? event.status : ARGES_OK);
  }
  bool ask() { return submit() && read(); }

  arges_engine* const engine;
  arges_session* session = nullptr;
  arges_queue* queue = nullptr;
  arges_image* image = nullptr;
  arges_message* message = nullptr;
  arges_request* request = nullptr;
  arges_generate_options options;
  arges_event event = {};
  int wrong = 0;
};

// What a scenario does with its handles; how it ends is noted there.
template <void (*Act)(Caller&)>
int with_caller(arges_engine* engine) {
  Caller caller(engine);
  Act(caller);
  return caller.wrong;
}

void generate(Caller& c) {
  if (c.make() && c.write()) c.ask();
}

void generate_with_a_picture(Caller& c) {
  if (c.make() && c.write() && c.show()) c.ask();
}

void two_turns(Caller& c) {
  if (c.make() && c.write() && c.ask() && c.write()) c.ask();
}

void cancel_at_once(Caller& c) {
  if (!c.make() || !c.write() || !c.submit()) return;
  c.note(arges_request_cancel(c.request));
  c.read();
}

void cancel_when_heard(Caller& c) {
  if (!c.make() || !c.write() || !c.submit()) return;
  c.note(arges_queue_next(c.queue, kPatienceMs, &c.event));
  if (c.event.type >= ARGES_EVENT_DONE) return;
  c.note(arges_request_cancel(c.request));
  c.read();
}

void cancel_a_picture(Caller& c) {
  if (!c.make() || !c.write() || !c.show() || !c.submit()) return;
  c.note(arges_request_cancel(c.request));
  c.read();
}

void deadline(Caller& c) {
  c.options.deadline_ms = 1;
  if (c.make() && c.write()) c.ask();
}

void two_sessions_of_one_queue(Caller& c) {
  arges_session* other = nullptr;
  arges_request* request = nullptr;
  if (!c.make() || !c.write() || !c.note(arges_session_create(c.engine, &other))) return;
  const bool both =
      c.submit() && c.note(arges_generate(other, &c.message, 1, nullptr, c.queue, 2, &request));
  if (c.request != nullptr) c.read();
  if (both) c.read();
  arges_request_free(request);
  arges_session_close(other);
}

void two_callers(Caller& c) {
  Caller other(c.engine);
  const bool first = c.make() && c.write() && c.submit();
  const bool second = other.make() && other.write() && other.submit();
  if (second) other.read();
  if (first) c.read();
  c.wrong += other.wrong;
}

void session_closed_under_way(Caller& c) {
  if (!c.make() || !c.write() || !c.submit()) return;
  arges_session_close(std::exchange(c.session, nullptr));
  c.read();
}

void queue_closed_under_way(Caller& c) {
  if (!c.make() || !c.write() || !c.submit()) return;
  arges_queue_close(std::exchange(c.queue, nullptr));
  c.note(arges_request_wait(c.request, kPatienceMs));
}

void contents_given_back_under_way(Caller& c) {
  if (!c.make() || !c.write() || !c.show() || !c.submit()) return;
  arges_image_free(std::exchange(c.image, nullptr));
  arges_message_free(std::exchange(c.message, nullptr));
  arges_request_free(std::exchange(c.request, nullptr));
  c.read();
}

void request_waited_for(Caller& c) {
  if (c.make() && c.write() && c.submit()) c.note(arges_request_wait(c.request, kPatienceMs));
}

void on_event(void*, const arges_event*) {}

arges_queue_options called_back() {
  arges_queue_options options;
  arges_queue_options_init(&options, sizeof options);
  options.callback = on_event;
  return options;
}

void callback(Caller& c) {
  const arges_queue_options options = called_back();
  if (c.make(&options) && c.write() && c.submit()) {
    c.note(arges_request_wait(c.request, kPatienceMs));
  }
}

void callback_queue_closed_under_way(Caller& c) {
  const arges_queue_options options = called_back();
  if (c.make(&options) && c.write() && c.submit()) {
    arges_queue_close(std::exchange(c.queue, nullptr));
  }
}

void several_events_a_call(Caller& c) {
  if (!c.make() || !c.write() || !c.submit()) return;
  std::array<arges_event, 3> events;
  for (arges_event& event : events) arges_event_init(&event, sizeof event);
  for (bool ended = false; !ended;) {
    std::uint64_t count = 0;
    const arges_status status =
        arges_queue_next_many(c.queue, kPatienceMs, events.data(), events.size(), &count);
    c.note(status);
    ended = status == ARGES_TIMEOUT || (count > 0 && events[count - 1].type >= ARGES_EVENT_DONE);
  }
  for (arges_event& event : events) arges_event_clear(&event);
}

void descriptor(Caller& c) {
  if (!c.make() || !c.write() || !c.submit()) return;
  while (c.event.type < ARGES_EVENT_DONE) {
    pollfd waiting = {arges_queue_fd(c.queue), POLLIN, 0};
    if (poll(&waiting, 1, static_cast<int>(kPatienceMs)) != 1) ++c.wrong;
    c.note(arges_queue_next(c.queue, 0, &c.event), ARGES_TIMEOUT);
  }
}

void small_queue(Caller& c) {
  arges_queue_options options;
  arges_queue_options_init(&options, sizeof options);
  options.capacity = 1;
  if (c.make(&options) && c.write()) c.ask();
}

void every_option(Caller& c) {
  const arges_text stop = {"a stop string of more than a few bytes", 38};
  const std::int32_t stop_token = 7;
  const arges_logit_bias bias = {9, 1.0F};
  c.options.temperature = 1.0F;
  c.options.top_p = 0.9F;
  c.options.repetition_penalty = 1.1F;
  c.options.stop_strings = &stop;
  c.options.stop_string_count = 1;
  c.options.stop_tokens = &stop_token;
  c.options.stop_token_count = 1;
  c.options.logit_biases = &bias;
  c.options.logit_bias_count = 1;
  c.options.max_tokens = 8;
  if (c.make() && c.write()) c.ask();
}

void text_of_many_slices(Caller& c) {
  static char text[50'000];
  for (char& letter : text) letter = 'x';
  if (c.make() && c.write(text, sizeof text) && c.submit()) {
    c.event.status = ARGES_OK;
    while (c.event.type < ARGES_EVENT_DONE) {
      c.note(arges_queue_next(c.queue, kPatienceMs, &c.event));
    }
    c.note(c.event.status, ARGES_CONTEXT_FULL);
  }
}

void tokenize(Caller& c) {
  std::array<std::int32_t, 64> tokens;
  std::uint64_t count = 0;
  c.note(arges_tokenize(c.engine, "a text that no short string holds", 33, tokens.data(),
                        tokens.size(), &count));
}

void detokenize(Caller& c) {
  std::array<std::int32_t, 64> tokens;
  tokens.fill('x');
  std::array<char, 64> text;
  std::uint64_t length = 0;
  c.note(
      arges_detokenize(c.engine, tokens.data(), tokens.size(), text.data(), text.size(), &length));
}

void count_tokens(Caller& c) {
  std::uint64_t count = 0;
  if (c.write() && c.show()) c.note(arges_count_tokens(c.engine, &c.message, 1, &count));
}

void facts(Caller& c) {
  arges_stats stats{};
  stats.struct_size = sizeof stats;
  arges_model_info model{};
  model.struct_size = sizeof model;
  arges_engine_info info{};
  info.struct_size = sizeof info;
  if (!c.make()) return;
  c.note(arges_engine_stats(c.engine, &stats));
  c.note(arges_engine_model_info(c.engine, &model));
  c.note(arges_engine_get_info(c.engine, &info));
}

void image_plan(Caller& c) {
  arges_image_plan plan{};
  plan.struct_size = sizeof plan;
  c.note(arges_image_plan_for_size(c.engine, 640, 480, &plan));
}

void image_files(Caller& c) {
  c.note(arges_image_decode(support::kTinyPng, sizeof support::kTinyPng, &c.image));
}

void image_frames(Caller& c) {
  static const unsigned char kPlane[4] = {};
  c.note(arges_image_from_nv12(kPlane, 2, kPlane, 2, 2, 2, &c.image));
}

void generate_with_a_picture_file(Caller& c) {
  if (!c.make() || !c.write()) return;
  if (!c.note(
          arges_message_add_image_bytes(c.message, support::kTinyPng, sizeof support::kTinyPng))) {
    return;
  }
  c.ask();
}

void messages_added(Caller& c) {
  if (!c.make() || !c.write()) return;
  if (c.note(arges_session_add(c.session, &c.message, 1, c.queue, 1, &c.request)) && c.read()) {
    c.ask();
  }
}

void continued(Caller& c) {
  if (!c.make() || !c.note(arges_message_create(ARGES_ROLE_ASSISTANT, &c.message)) ||
      !c.note(arges_message_add_text(c.message, "a beginning that no short string holds", 38))) {
    return;
  }
  c.options.continue_last = 1;
  c.ask();
}

// Of this process alone.
const char* session_file() {
  static char name[64];
  std::snprintf(name, sizeof name, "/tmp/arges_faults.%d.session", static_cast<int>(getpid()));
  return name;
}

using FileCall = arges_status(arges_session*, const char*, std::uint64_t, arges_queue*,
                              std::uint64_t, arges_request**);

bool with_file(Caller& c, FileCall* call) {
  arges_request_free(std::exchange(c.request, nullptr));
  const char* name = session_file();
  return c.note(call(c.session, name, std::strlen(name), c.queue, 1, &c.request)) && c.read();
}

arges_status save(arges_session* session, const char* path, std::uint64_t length,
                  arges_queue* queue, std::uint64_t tag, arges_request** out) {
  return arges_session_save(session, path, length, queue, tag, out);
}

void saved_and_loaded(Caller& c) {
  if (c.make() && c.write() && c.show() && c.ask() && with_file(c, save) &&
      with_file(c, arges_session_load)) {
    c.ask();
  }
  unlink(session_file());
}

void saving_cancelled(Caller& c) {
  if (!c.make() || !c.write() || !c.ask()) return;
  const char* name = session_file();
  arges_request_free(std::exchange(c.request, nullptr));
  if (c.note(arges_session_save(c.session, name, std::strlen(name), c.queue, 1, &c.request))) {
    c.note(arges_request_cancel(c.request));
    c.read();
  }
  unlink(name);
}

// What arges_engine_open_async does behind its options, with a model that needs no files. The
// internal functions may throw where the C ABI would not.
Status start_opening(Caller& c) {
  try {
    ARGES_ASSIGN_OR_RETURN(const auto queue, bindings::queues().find(c.queue));
    const auto open =
        [](const sdk::LoadProgress& progress) -> Result<std::shared_ptr<sdk::Engine>> {
      if (!progress(1, 1)) return Status(StatusCode::kCancelled, "cancelled");
      return sdk::Engine::create(scripted_model(), {});
    };
    ARGES_ASSIGN_OR_RETURN(auto opening, bindings::Opening::start(open, queue->events(), 1));
    c.request = bindings::requests().insert(std::move(opening));
    return {};
  } catch (const std::bad_alloc&) {
    return {StatusCode::kOutOfMemoryHost, "refused"};
  } catch (const std::system_error&) {
    return {StatusCode::kIo, "refused"};
  }
}

void engine_taken_from_the_background(Caller& c) {
  if (!c.make() || !c.note(static_cast<arges_status>(start_opening(c).code())) || !c.read()) return;
  arges_engine* engine = nullptr;
  if (!c.note(arges_request_take_engine(c.request, &engine))) return;
  c.wrong += with_caller<generate>(engine);
  arges_engine_close(engine);
}

void engine_of_the_background_left_alone(Caller& c) {
  if (!c.make() || !c.note(static_cast<arges_status>(start_opening(c).code()))) return;
  arges_request_free(std::exchange(c.request, nullptr));
  c.read();
}

void on_line(void*, std::uint32_t, const char*, std::uint64_t) {}

void log(Caller& c) {
  c.note(arges_set_log(on_line, nullptr, ARGES_LOG_DEBUG));
  generate(c);
  c.note(arges_set_log(nullptr, nullptr, 0));
}

int engine_of_its_own(arges_engine*) {
  arges_engine* engine = open_scenario_engine();
  if (engine == nullptr) return 0;
  const int wrong = with_caller<generate>(engine);
  arges_engine_close(engine);
  return wrong;
}

int saved_by_an_engine_of_its_own(arges_engine*) {
  arges_engine* engine = open_scenario_engine();
  if (engine == nullptr) return 0;
  const int wrong = with_caller<saved_and_loaded>(engine);
  arges_engine_close(engine);
  return wrong;
}

int engine_closed_under_way(arges_engine*) {
  arges_engine* engine = open_scenario_engine();
  if (engine == nullptr) return 0;
  Caller c(engine);
  const bool submitted = c.make() && c.write() && c.submit();
  arges_engine_close(engine);
  if (submitted) c.read();
  return c.wrong;
}

constexpr Scenario kScenarios[] = {
    {"generate", with_caller<generate>},
    {"generate_with_a_picture", with_caller<generate_with_a_picture>},
    {"two_turns", with_caller<two_turns>},
    {"cancel_at_once", with_caller<cancel_at_once>},
    {"cancel_when_heard", with_caller<cancel_when_heard>},
    {"cancel_a_picture", with_caller<cancel_a_picture>},
    {"deadline", with_caller<deadline>},
    {"two_sessions_of_one_queue", with_caller<two_sessions_of_one_queue>},
    {"two_callers", with_caller<two_callers>},
    {"session_closed_under_way", with_caller<session_closed_under_way>},
    {"queue_closed_under_way", with_caller<queue_closed_under_way>},
    {"contents_given_back_under_way", with_caller<contents_given_back_under_way>},
    {"request_waited_for", with_caller<request_waited_for>},
    {"callback", with_caller<callback>},
    {"callback_queue_closed_under_way", with_caller<callback_queue_closed_under_way>},
    {"several_events_a_call", with_caller<several_events_a_call>},
    {"descriptor", with_caller<descriptor>},
    {"small_queue", with_caller<small_queue>},
    {"every_option", with_caller<every_option>},
    {"text_of_many_slices", with_caller<text_of_many_slices>},
    {"tokenize", with_caller<tokenize>},
    {"detokenize", with_caller<detokenize>},
    {"count_tokens", with_caller<count_tokens>},
    {"facts", with_caller<facts>},
    {"image_plan", with_caller<image_plan>},
    {"image_files", with_caller<image_files>},
    {"image_frames", with_caller<image_frames>},
    {"generate_with_a_picture_file", with_caller<generate_with_a_picture_file>},
    {"messages_added", with_caller<messages_added>},
    {"continued", with_caller<continued>},
    {"saved_and_loaded", with_caller<saved_and_loaded>},
    {"saving_cancelled", with_caller<saving_cancelled>},
    {"saved_by_an_engine_of_its_own", saved_by_an_engine_of_its_own},
    {"engine_taken_from_the_background", with_caller<engine_taken_from_the_background>},
    {"engine_of_the_background_left_alone", with_caller<engine_of_the_background_left_alone>},
    {"log", with_caller<log>},
    {"engine_of_its_own", engine_of_its_own},
    {"engine_closed_under_way", engine_closed_under_way},
};

}  // namespace

std::span<const Scenario> scenarios() {
  return kScenarios;
}

// The internal functions may throw where the C ABI would not.
arges_engine* open_scenario_engine() {
  try {
    auto engine = sdk::Engine::create(scripted_model(), {});
    return engine.ok() ? bindings::wrap_engine(std::move(engine).value()) : nullptr;
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
}

}  // namespace arges::faults
