// SPDX-License-Identifier: Apache-2.0
//
// The C ABI of arges.h as C++20 classes, header only: a program that uses it depends on nothing of
// the library but that ABI. What is owned, which calls wait and which threads may call what is
// said in arges.h; this file only adds that handles give themselves back and that failures are
// thrown as arges::Error.
//
//   arges::Engine engine({.model_path = "models/pocket"});
//   arges::Session session(engine);
//   arges::Queue queue;
//   arges::Message question(arges::Role::kUser);
//   question.add(arges::Image::decode(bytes)).add("What is the total?");
//   arges::Request request = session.generate(question, {}, queue);
//   for (arges::Event event = queue.next(); !event.terminal(); event = queue.next())
//     std::cout << event.text();
//
// arges_asio.hpp adds asynchronous operations for Boost.Asio.
#ifndef ARGES_ARGES_HPP
#define ARGES_ARGES_HPP

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "arges.h"

namespace arges {

// A call that failed: one of ARGES_* and the library's sentence.
class Error : public std::runtime_error {
 public:
  Error(arges_status status, const std::string& message)
      : std::runtime_error(message), status_(status) {}
  arges_status status() const noexcept { return status_; }

 private:
  arges_status status_;
};

namespace detail {

inline void check(arges_status status) {
  if (status != ARGES_OK) throw Error(status, arges_last_error_message());
}

template <auto give_back>
struct Closer {
  template <typename T>
  void operator()(T* handle) const noexcept {
    give_back(handle);
  }
};

template <typename T, auto give_back>
using Handle = std::unique_ptr<T, Closer<give_back>>;

// The handle that a call of the C ABI makes of these arguments.
template <typename T, typename Make, typename... Arguments>
T* made(Make make, Arguments... arguments) {
  T* handle = nullptr;
  check(make(arguments..., &handle));
  return handle;
}

using Log = std::function<void(std::uint32_t level, std::string_view line)>;

// Stays while it is called, also when it sets another log.
struct LogSink : std::enable_shared_from_this<LogSink> {
  explicit LogSink(Log given) : log(std::move(given)) {}
  Log log;
};

inline void on_log(void* user, std::uint32_t level, const char* text, std::uint64_t length) {
  const auto sink = static_cast<LogSink*>(user)->shared_from_this();
  try {
    sink->log(level, {text, length});
  } catch (...) {  // nothing may leave; a line that cannot be kept is lost
  }
}

// Never destroyed: the library may log while the process exits.
inline std::shared_ptr<LogSink>& log_sink() {
  static auto& sink = *new std::shared_ptr<LogSink>;
  return sink;
}

}  // namespace detail

// Where the process's log goes: lines of `level` (ARGES_LOG_*) and of lower numbers to `log`, whose
// exceptions are dropped; an empty function ends the log. It may set another log itself. By one
// thread at a time. See arges_set_log.
inline void set_log(std::function<void(std::uint32_t level, std::string_view line)> log,
                    std::uint32_t level = ARGES_LOG_WARNING) {
  if (!log) {
    detail::check(arges_set_log(nullptr, nullptr, level));
    return detail::log_sink().reset();
  }
  auto sink = std::make_shared<detail::LogSink>(std::move(log));
  detail::check(arges_set_log(&detail::on_log, sink.get(), level));
  detail::log_sink().swap(sink);
}

// The fields of arges_engine_options.
struct EngineOptions {
  std::string model_path{};
  std::string device = "auto";
  std::uint32_t threads = 0;
  std::uint64_t max_context = 0;
  std::uint32_t prefill_chunk = 0;
  std::uint32_t max_sessions = 0;
  std::uint32_t device_index = 0;
  std::uint32_t files = 0;  // ARGES_FILES_*
  std::string weight_format = "auto";
  std::uint64_t memory_budget = 0;
  std::uint64_t device_budget = 0;
  std::uint64_t checkpoint_budget = 0;
  // Bytes done and in all; false, or an exception, stops loading with
  // CANCELLED.
  std::function<bool(std::uint64_t done, std::uint64_t total)> progress{};
};

namespace detail {

// All but progress; they point into `options`.
inline arges_engine_options fields_of(const EngineOptions& options) {
  arges_engine_options c;
  detail::check(arges_engine_options_init(&c, sizeof c));
  c.model_path = options.model_path.data();
  c.model_path_length = options.model_path.size();
  c.device = options.device.data();
  c.device_length = options.device.size();
  c.threads = options.threads;
  c.max_context = options.max_context;
  c.prefill_chunk = options.prefill_chunk;
  c.max_sessions = options.max_sessions;
  c.device_index = options.device_index;
  c.files = options.files;
  c.weight_format = options.weight_format.data();
  c.weight_format_length = options.weight_format.size();
  c.memory_budget = options.memory_budget;
  c.device_budget = options.device_budget;
  c.checkpoint_budget = options.checkpoint_budget;
  return c;
}

}  // namespace detail

class Message;

// A loaded model. The constructor waits until it is loaded.
class Engine {
 public:
  explicit Engine(const EngineOptions& options) {
    arges_engine_options c = detail::fields_of(options);
    if (options.progress) c.progress = &Engine::on_progress;
    c.progress_user = const_cast<EngineOptions*>(&options);
    handle_.reset(detail::made<arges_engine>(arges_engine_open, &c));
  }
  // Takes over a handle of the C ABI.
  explicit Engine(arges_engine* handle) : handle_(handle) {}

  // Context, vocabulary and memory figures of the model.
  arges_model_info model_info() const {
    arges_model_info info{};
    info.struct_size = sizeof info;
    detail::check(arges_engine_model_info(handle(), &info));
    return info;
  }
  // Device, instruction set, weights: how the engine runs.
  arges_engine_info info() const {
    arges_engine_info info{};
    info.struct_size = sizeof info;
    detail::check(arges_engine_get_info(handle(), &info));
    return info;
  }
  // What it is doing and has done, as it was a moment ago.
  arges_stats stats() const {
    arges_stats stats{};
    stats.struct_size = sizeof stats;
    detail::check(arges_engine_stats(handle(), &stats));
    return stats;
  }
  // Tokens of a text, and the bytes that tokens stand for. They work on the calling thread.
  std::vector<std::int32_t> tokenize(std::string_view text) const {
    const char* data = text.empty() ? "" : text.data();
    std::vector<std::int32_t> tokens(text.size() / 2 + 8);  // mostly enough
    std::uint64_t count = 0;
    for (;;) {
      const std::uint64_t capacity = tokens.size();
      detail::check(arges_tokenize(handle(), data, text.size(), tokens.data(), capacity, &count));
      tokens.resize(count);
      if (count <= capacity) return tokens;
    }
  }
  std::string detokenize(std::span<const std::int32_t> tokens) const {
    std::string text(tokens.size() * 8, '\0');
    std::uint64_t length = 0;
    for (;;) {
      const std::uint64_t capacity = text.size();
      detail::check(
          arges_detokenize(handle(), tokens.data(), tokens.size(), text.data(), capacity, &length));
      text.resize(length);
      if (length <= capacity) return text;
    }
  }
  // Tokens of the prompt that these messages make in a new session.
  std::uint64_t count_tokens(std::span<const Message> messages) const;

  // What a picture of this size, in pixels, costs; reads no pixels.
  arges_image_plan plan_image(std::uint32_t width, std::uint32_t height) const {
    arges_image_plan plan{};
    plan.struct_size = sizeof plan;
    detail::check(arges_image_plan_for_size(handle(), width, height, &plan));
    return plan;
  }
  arges_engine* handle() const noexcept { return handle_.get(); }

 private:
  static std::int32_t on_progress(void* user, std::uint64_t done, std::uint64_t total) {
    return static_cast<const EngineOptions*>(user)->progress(done, total) ? 0 : 1;
  }

  detail::Handle<arges_engine, &arges_engine_close> handle_;
};

// Decoded pixels.
class Image {
 public:
  // PNG, JPEG or WebP bytes, within the limits of arges_image_decode. Works on the calling thread.
  static Image decode(std::span<const std::byte> bytes) {
    return Image(detail::made<arges_image>(arges_image_decode, bytes.data(), bytes.size()));
  }
  // 8-bit pixels in one of ARGES_PIXELS_*; `stride` in bytes.
  static Image from_pixels(const void* pixels, std::uint32_t width, std::uint32_t height,
                           std::uint64_t stride, std::uint32_t format) {
    return Image(
        detail::made<arges_image>(arges_image_from_pixels, pixels, width, height, stride, format));
  }
  // A video frame of two planes, strides in bytes; see arges_image_from_nv12.
  static Image from_nv12(const void* luma, std::uint64_t luma_stride, const void* chroma,
                         std::uint64_t chroma_stride, std::uint32_t width, std::uint32_t height) {
    return Image(detail::made<arges_image>(arges_image_from_nv12, luma, luma_stride, chroma,
                                           chroma_stride, width, height));
  }
  // Takes over a handle of the C ABI.
  explicit Image(arges_image* handle) : handle_(handle) {}

  // (width, height) in pixels.
  std::pair<std::uint32_t, std::uint32_t> size() const {
    std::pair<std::uint32_t, std::uint32_t> size;
    detail::check(arges_image_size(handle(), &size.first, &size.second));
    return size;
  }
  const arges_image* handle() const noexcept { return handle_.get(); }

 private:
  detail::Handle<arges_image, &arges_image_free> handle_;
};

enum class Role : std::uint32_t {
  kSystem = ARGES_ROLE_SYSTEM,
  kUser = ARGES_ROLE_USER,
  kAssistant = ARGES_ROLE_ASSISTANT,
};

// Text and images in order.
class Message {
 public:
  explicit Message(Role role) {
    handle_.reset(
        detail::made<arges_message>(arges_message_create, static_cast<std::uint32_t>(role)));
  }
  // Appends a part and returns this message. Text is UTF-8 and copied; pixels are shared.
  Message& add(std::string_view text) {
    const char* data = text.empty() ? "" : text.data();
    detail::check(arges_message_add_text(handle_.get(), data, text.size()));
    return *this;
  }
  Message& add(const Image& image) {
    detail::check(arges_message_add_image(handle_.get(), image.handle()));
    return *this;
  }
  // A picture file, copied; decoded in the background when a request comes to it.
  Message& add_image_bytes(std::span<const std::byte> file) {
    static constexpr std::byte kNothing{};
    const std::byte* data = file.empty() ? &kNothing : file.data();
    detail::check(arges_message_add_image_bytes(handle_.get(), data, file.size()));
    return *this;
  }
  arges_message* handle() const noexcept { return handle_.get(); }

 private:
  detail::Handle<arges_message, &arges_message_free> handle_;
};

namespace detail {

inline std::vector<arges_message*> handles_of(std::span<const Message> messages) {
  std::vector<arges_message*> handles;
  for (const Message& message : messages) handles.push_back(message.handle());
  return handles;
}

}  // namespace detail

inline std::uint64_t Engine::count_tokens(std::span<const Message> messages) const {
  const std::vector<arges_message*> handles = detail::handles_of(messages);
  std::uint64_t count = 0;
  detail::check(arges_count_tokens(handle(), handles.data(), handles.size(), &count));
  return count;
}

// Where a request's time went; zero for what it did not come to. See arges_event.
struct Timings {
  std::chrono::microseconds queued{0};
  std::chrono::microseconds text{0};
  std::chrono::microseconds images{0};
  std::chrono::microseconds prefill{0};
  std::chrono::microseconds first_token{0};
  std::chrono::microseconds total{0};
};

// One event; owns its text. May be moved, not copied.
class Event {
 public:
  Event() noexcept { event_.struct_size = sizeof event_; }
  ~Event() { arges_event_clear(&event_); }
  Event(Event&& other) noexcept : Event() { std::swap(event_, other.event_); }
  Event& operator=(Event&& other) noexcept {
    std::swap(event_, other.event_);
    return *this;
  }

  std::uint32_t type() const noexcept { return event_.type; }  // ARGES_EVENT_*
  // Whether it is the request's last event.
  bool terminal() const noexcept { return event_.type >= ARGES_EVENT_DONE; }
  // What Session::generate was given.
  std::uint64_t tag() const noexcept { return event_.tag; }
  // Why a CANCELLED or FAILED request ended; else ARGES_OK.
  arges_status status() const noexcept { return event_.status; }
  std::uint32_t finish_reason() const noexcept { return event_.finish_reason; }  // ARGES_FINISH_*
  // TEXT: the piece; FAILED: the sentence; else empty. Valid as long as the event.
  std::string_view text() const noexcept { return {event_.text, event_.text_length}; }
  // New prompt tokens of the request, pictures included, and how many of them are absorbed.
  std::uint64_t prompt_tokens() const noexcept { return event_.prompt_tokens; }
  std::uint64_t prompt_done() const noexcept { return event_.prompt_done; }
  // Tokens of the answer so far.
  std::uint64_t generated_tokens() const noexcept { return event_.generated_tokens; }
  // Of a terminal event.
  Timings timings() const noexcept {
    using Time = std::chrono::microseconds;
    const auto time = [](std::uint64_t us) { return Time(static_cast<Time::rep>(us)); };
    return {time(event_.queued_us),  time(event_.text_us),        time(event_.images_us),
            time(event_.prefill_us), time(event_.first_token_us), time(event_.total_us)};
  }
  // Of a terminal event: tokens that were not absorbed for this request.
  std::uint64_t reused_tokens() const noexcept { return event_.reused_tokens; }
  arges_event* handle() noexcept { return &event_; }

  // Throws what a FAILED or CANCELLED event says.
  void check() const {
    if (event_.status == ARGES_OK) return;
    throw Error(event_.status,
                event_.text != nullptr ? std::string(text()) : arges_status_name(event_.status));
  }

 private:
  arges_event event_{};
};

// Where events arrive.
class Queue {
 public:
  // Events are pulled; capacity 0 is the library's default.
  explicit Queue(std::uint32_t capacity = 0) { create(capacity, nullptr); }
  // Events are given to `callback` on a thread of the queue. What it throws is dropped. It may
  // destroy this object, and lives until it has returned.
  explicit Queue(std::function<void(const arges_event&)> callback, std::uint32_t capacity = 0) {
    create(capacity, std::make_unique<Callback>(std::move(callback)));
  }
  Queue(Queue&&) noexcept = default;
  Queue& operator=(Queue&&) = delete;

  // Waits for the next event.
  Event next() { return std::move(*next_within(std::chrono::milliseconds(-1))); }
  // Empty when none came within `timeout`; negative waits without limit.
  std::optional<Event> next_within(std::chrono::milliseconds timeout) {
    std::optional<Event> event(std::in_place);
    const arges_status status = arges_queue_next(handle(), timeout.count(), event->handle());
    if (status == ARGES_TIMEOUT) return std::nullopt;
    detail::check(status);
    return event;
  }
  // Waits as next_within for the first event and takes up to `most` of those that are there, at
  // least 1; empty when none came.
  std::vector<Event> next_some(std::size_t most, std::chrono::milliseconds timeout) {
    static_assert(sizeof(Event) == sizeof(arges_event), "an array of one is one of the other");
    std::vector<Event> events(most);
    std::uint64_t count = 0;
    arges_event* first = events.empty() ? nullptr : events.front().handle();
    const arges_status status =
        arges_queue_next_many(handle(), timeout.count(), first, most, &count);
    if (status != ARGES_TIMEOUT) detail::check(status);
    events.resize(count);
    return events;
  }
  // Readable while events wait; valid as long as the queue, which owns it. -1 in callback mode.
  int fd() const noexcept { return arges_queue_fd(handle()); }
  arges_queue* handle() const noexcept { return handle_.get(); }

 private:
  using Callback = std::function<void(const arges_event&)>;

  static void on_event(void* user, const arges_event* event) {
    (*static_cast<const Callback*>(user))(*event);
  }
  static void release(void* user) { delete static_cast<Callback*>(user); }
  void create(std::uint32_t capacity, std::unique_ptr<Callback> callback) {
    arges_queue_options options;
    detail::check(arges_queue_options_init(&options, sizeof options));
    options.capacity = capacity;
    options.callback = callback != nullptr ? &Queue::on_event : nullptr;
    options.callback_user = callback.get();
    options.release = &Queue::release;
    arges_queue* handle = nullptr;
    detail::check(arges_queue_create(&options, &handle));
    static_cast<void>(callback.release());  // the library gives it back
    handle_.reset(handle);
  }

  detail::Handle<arges_queue, &arges_queue_close> handle_;
};

// The fields of arges_generate_options with their defaults, and owners for what they point to.
struct GenerateOptions : arges_generate_options {
  GenerateOptions() : arges_generate_options() {
    detail::check(arges_generate_options_init(this, sizeof(arges_generate_options)));
  }
  std::vector<std::string> stops;        // instead of stop_strings
  std::vector<std::int32_t> stop_ids;    // instead of stop_tokens
  std::vector<arges_logit_bias> biases;  // instead of logit_biases
};

// One generation in flight. Destroying it does not cancel.
class Request {
 public:
  explicit Request(arges_request* handle) : handle_(handle) {}
  // Asks for the end and returns at once; the terminal event follows. See arges_request_cancel.
  void cancel() { detail::check(arges_request_cancel(handle_.get())); }
  // Waits until the request has ended and its session is idle; negative: without limit. False when
  // the time has passed. See arges_request_wait.
  bool wait_within(std::chrono::milliseconds timeout) const {
    const arges_status status = arges_request_wait(handle_.get(), timeout.count());
    if (status == ARGES_TIMEOUT) return false;
    detail::check(status);
    return true;
  }
  // The engine of a request of open_engine(), after DONE and once. See arges_request_take_engine.
  Engine take_engine() {
    return Engine(detail::made<arges_engine>(arges_request_take_engine, handle_.get()));
  }

 private:
  detail::Handle<arges_request, &arges_request_free> handle_;
};

// Opens an engine in the background; options.progress must be empty, since events take its place.
// See arges_engine_open_async.
inline Request open_engine(const EngineOptions& options, Queue& queue, std::uint64_t tag = 0) {
  if (options.progress) throw Error(ARGES_INVALID_ARGUMENT, "progress must be empty");
  const arges_engine_options c = detail::fields_of(options);
  return Request(detail::made<arges_request>(arges_engine_open_async, &c, queue.handle(), tag));
}

// The fields of arges_session_options.
struct SessionOptions {
  std::uint32_t checkpoints = 0;
  std::uint64_t scope = 0;
};

// One conversation.
class Session {
 public:
  explicit Session(const Engine& engine, const SessionOptions& options = {}) {
    arges_session_options c;
    detail::check(arges_session_options_init(&c, sizeof c));
    c.checkpoints = options.checkpoints;
    c.scope = options.scope;
    handle_.reset(detail::made<arges_session>(arges_session_create_with, engine.handle(), &c));
  }
  // Takes over a handle of the C ABI.
  explicit Session(arges_session* handle) : handle_(handle) {}

  // Adds the messages to the conversation and generates the answer. Returns at once; events arrive
  // in `queue` under `tag` and end with one terminal event. Messages and options need not outlive
  // the call; in options, the three vectors stand in for the pointers and counts. See
  // arges_generate.
  Request generate(std::span<const Message> messages, const GenerateOptions& options, Queue& queue,
                   std::uint64_t tag = 0) {
    const std::vector<arges_message*> handles = detail::handles_of(messages);
    std::vector<arges_text> stops;
    for (const std::string& stop : options.stops) stops.push_back({stop.data(), stop.size()});
    arges_generate_options c = options;
    c.stop_strings = stops.data();
    c.stop_string_count = static_cast<std::uint32_t>(stops.size());
    c.stop_tokens = options.stop_ids.data();
    c.stop_token_count = static_cast<std::uint32_t>(options.stop_ids.size());
    c.logit_biases = options.biases.data();
    c.logit_bias_count = static_cast<std::uint32_t>(options.biases.size());
    return Request(detail::made<arges_request>(arges_generate, handle(), handles.data(),
                                               handles.size(), &c, queue.handle(), tag));
  }
  Request generate(const Message& message, const GenerateOptions& options, Queue& queue,
                   std::uint64_t tag = 0) {
    return generate(std::span<const Message>(&message, 1), options, queue, tag);
  }

  // Adds the messages without an answer: DONE comes once they have been absorbed. See
  // arges_session_add.
  Request add(std::span<const Message> messages, Queue& queue, std::uint64_t tag = 0) {
    const std::vector<arges_message*> handles = detail::handles_of(messages);
    return Request(detail::made<arges_request>(arges_session_add, handle(), handles.data(),
                                               handles.size(), queue.handle(), tag));
  }
  Request add(const Message& message, Queue& queue, std::uint64_t tag = 0) {
    return add(std::span<const Message>(&message, 1), queue, tag);
  }

  // A session with the same past; see arges_session_fork.
  Session fork() const {
    return Session(detail::made<arges_session>(arges_session_fork, handle()));
  }
  // Forgets all turns behind the first `turns`; see arges_session_rewind.
  void rewind(std::uint64_t turns) { detail::check(arges_session_rewind(handle(), turns)); }
  // Of the conversation, oldest first.
  std::vector<arges_turn_info> turns() const {
    std::vector<arges_turn_info> turns;
    for (;;) {
      arges_turn_info info{};
      info.struct_size = sizeof info;
      const arges_status status = arges_session_turn(handle(), turns.size(), &info);
      if (status == ARGES_NOT_FOUND) return turns;
      detail::check(status);
      turns.push_back(info);
    }
  }

  // What generate would find absorbed of these messages, and why not more. Works on the calling
  // thread; see arges_session_reuse.
  arges_reuse reuse(std::span<const Message> messages) const {
    const std::vector<arges_message*> handles = detail::handles_of(messages);
    arges_reuse reuse{};
    reuse.struct_size = sizeof reuse;
    detail::check(arges_session_reuse(handle(), handles.data(), handles.size(), &reuse));
    return reuse;
  }

  // Writes the conversation to a file, beside a request in flight; see arges_session_save. DONE in
  // `queue`, under `tag`, says that it is on the disk.
  Request save(std::string_view path, Queue& queue, std::uint64_t tag = 0) const {
    return Request(detail::made<arges_request>(arges_session_save, handle(), path.data(),
                                               path.size(), queue.handle(), tag));
  }
  // Puts what such a file holds in the conversation's place; see arges_session_load.
  Request load(std::string_view path, Queue& queue, std::uint64_t tag = 0) {
    return Request(detail::made<arges_request>(arges_session_load, handle(), path.data(),
                                               path.size(), queue.handle(), tag));
  }

  // Defined in arges_asio.hpp, which says what they take.
  template <typename... Arguments>
  auto async_generate(Arguments&&... arguments);
  template <typename... Arguments>
  auto async_add(Arguments&&... arguments);

  // Tokens that the conversation holds; 0 after the engine has been closed.
  std::uint64_t token_count() const {
    std::uint64_t count = 0;
    detail::check(arges_session_token_count(handle(), &count));
    return count;
  }
  arges_session* handle() const noexcept { return handle_.get(); }

 private:
  detail::Handle<arges_session, &arges_session_close> handle_;
};

}  // namespace arges

#endif  // ARGES_ARGES_HPP
