// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <memory>
#include <string>
#include <vector>

#include "bindings_c/include/arges/arges.h"
#include "sdk/fakes/scripted_model.h"
#include "tests/fuzz/support/check.h"
#include "tests/fuzz/support/threads.h"
#include "tests/fuzz/targets/abi/ledger.h"
#include "tests/fuzz/targets/abi/options.h"
#include "tests/fuzz/targets/abi/slots.h"

namespace arges::fuzz {

inline constexpr std::int64_t kPatienceMs = 20'000;

// One call: what, on which slots, and a number.
struct Call {
  std::uint8_t function;
  std::uint8_t a;
  std::uint8_t b;
  std::uint8_t number;
};

struct EngineFacts {
  bool scripted = false;
  std::uint64_t number = 0;
};

struct SessionFacts {
  std::uint64_t number = 0;
  std::uint64_t engine = 0;
  bool open = false;  // false once its engine was closed
};

// Who listens in callback mode. Lives until the queue's release.
struct Listener {
  Ledger* ledger = nullptr;
  std::atomic<int> releases{0};
};

struct QueueFacts {
  bool has_callback = false;
  bool has_release = false;
  Listener* listener = nullptr;
};

struct ImageFacts {
  std::uint32_t width = 0;
  std::uint32_t height = 0;
};

struct MessageFacts {
  std::uint32_t role = 0;
  std::uint32_t text_bytes = 0;
  std::uint32_t images = 0;
  bool has_file = false;
};

struct RequestFacts {
  RequestKind kind = RequestKind::kAnswer;
  std::uint64_t tag = 0;
  bool ended = false;  // arges_request_wait said so
  bool taken = false;  // its engine
};

// Everything that one input's calls made, what is known of it, and what each call must answer.
class World {
 public:
  World();
  ~World();
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  void run(const Call& call);
  // Every request that could be heard has ended once.
  void finish();

 private:
  using Status = arges_status;
  using StatusList = std::vector<Status>;

  // What one request is given, and what is known of that.
  struct Submission {
    std::uint8_t session;
    std::uint8_t queue;
    std::uint8_t place;  // of the request
    std::vector<arges_message*> messages;
    bool messages_alive;
    bool alive;         // every handle
    MessageFacts all;   // of the messages; the role is the last one's
    MessageFacts last;  // of the last message
  };

  // A failure has a sentence; the status is one of those listed, or INVALID_ARGUMENT and nothing
  // else when a handle was not alive.
  void expect(Status status, bool handles_alive, const StatusList& listed);
  void expect_done(Status status, bool handles_alive) { expect(status, handles_alive, {ARGES_OK}); }

  void run_former(const Call& call);
  bool run_later(const Call& call);

  void engine_call(const Call& call);
  void image_plan(const Call& call);
  void engine_facts(const Call& call);
  void engine_close(std::uint8_t choice);
  void token_call(const Call& call);
  void count_tokens(const Call& call);
  void tokenize(const Call& call);
  void detokenize(const Call& call);
  void engine_open(const Call& call);
  void engine_open_async(const Call& call);
  void take_engine(const Call& call);
  StatusList taking(const RequestFacts& request) const;
  void keep_engine(std::uint8_t choice, bool scripted);

  void session_create(const Call& call);
  void session_close(std::uint8_t choice);
  void session_tokens(std::uint8_t choice);
  void session_fork(const Call& call);
  void session_rewind(const Call& call);
  void session_turn(const Call& call);
  void session_reuse(const Call& call);
  void session_file(const Call& call);

  void queue_call(const Call& call);
  void queue_create(const Call& call);
  void queue_close(std::uint8_t choice);
  void queue_descriptor(std::uint8_t choice);
  void queue_next(std::uint8_t choice, std::int64_t timeout_ms);
  void queue_next_many(const Call& call);
  void finish_queue(std::uint8_t choice);

  void image_call(const Call& call);
  void image_size(std::uint8_t choice);
  void image_from_pixels(const Call& call);
  void image_from_nv12(const Call& call);
  void image_decode(const Call& call);
  void message_create(const Call& call);
  void message_add(const Call& call);
  void message_add_file(const Call& call);

  Submission submission(const Call& call) const;
  Asked asked(RequestKind kind, const Submission& given) const;
  StatusList submitting(const Submission& given, bool valid) const;
  void generate(const Call& call);
  void session_add(const Call& call);
  void request_call(const Call& call);
  void request_wait(const Call& call);
  void request_free(std::uint8_t choice);

  void break_model(const Call& call);
  void struct_call(const Call& call);
  void set_log(const Call& call);

  // Calls create(out) for a place that is free: a failure leaves it as it was.
  template <typename Handle, typename Facts, typename Create>
  Status make(Slots<Handle, Facts>& slots, std::uint8_t choice, const Create& create);
  // Calls get(out) for a struct of results: a failure leaves it as it was.
  template <typename Struct, typename Get>
  Status fill(Struct& out, const Get& get);
  // Asks for a request at its place in the ledger and among the handles.
  template <typename Create>
  Status ask(std::uint8_t place, Asked what, const Create& create);

  Ledger ledger_;
  std::vector<std::unique_ptr<Listener>> listeners_;
  const std::size_t threads_before_ = count_threads_at_rest();
  std::shared_ptr<arges::sdk::ScriptedModel> model_;
  Slots<arges_engine, EngineFacts> engines_;
  Slots<arges_session, SessionFacts> sessions_;
  Slots<arges_queue, QueueFacts> queues_;
  Slots<arges_image, ImageFacts> images_;
  Slots<arges_message, MessageFacts> messages_;
  Slots<arges_request, RequestFacts> requests_;
  std::uint64_t next_number_ = 1;  // of engines and sessions
  const std::string file_;         // that sessions are saved to
  bool has_opened_ = false;        // a real model, which takes its time: once an input
};

template <typename Handle, typename Facts, typename Create>
arges_status World::make(Slots<Handle, Facts>& slots, std::uint8_t choice, const Create& create) {
  Handle*& out = slots.at(choice);
  Handle* const before = out;
  const Status status = create(&out);
  require((status == ARGES_OK) == (out != before), "a new handle, or the output is untouched");
  slots.set_alive(choice, status == ARGES_OK);
  if (status == ARGES_OK) slots.facts(choice) = Facts{};
  return status;
}

template <typename Struct, typename Get>
arges_status World::fill(Struct& out, const Get& get) {
  std::memset(static_cast<void*>(&out), 0xA5, sizeof out);
  out.struct_size = sizeof out;
  const Struct before = out;
  const Status status = get(&out);
  const bool same = std::memcmp(&out, &before, sizeof out) == 0;
  require((status == ARGES_OK) != same, "a struct is filled, or untouched");
  require(out.struct_size == sizeof out, "a struct keeps its size");
  return status;
}

template <typename Create>
arges_status World::ask(std::uint8_t place, Asked what, const Create& create) {
  const RequestKind kind = what.kind;
  if (requests_.alive(place)) request_free(place);
  const std::uint64_t tag = ledger_.add(std::move(what));
  const Status status =
      make(requests_, place, [&](arges_request** out) { return create(tag, out); });
  if (status == ARGES_OK) {
    requests_.facts(place) = {kind, tag, false, false};
  } else {
    ledger_.withdraw(tag);
  }
  return status;
}

}  // namespace arges::fuzz
