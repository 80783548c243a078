// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "kernels/base/status.h"
#include "kernels/base/stop_check.h"
#include "sdk/runtime/engine_counters.h"
#include "sdk/runtime/engine_options.h"
#include "sdk/runtime/event_queue.h"
#include "sdk/runtime/generate_options.h"
#include "sdk/runtime/message.h"
#include "sdk/runtime/model.h"

namespace arges::sdk {

struct CheckpointRules;
struct Conversation;
enum class PromptEnd;
struct Reuse;
class Scheduler;
struct RequestState;
class SessionState;

// One generation in flight. Handles are cheap to copy through shared_ptr; dropping one does not
// cancel. Safe from any thread.
class Request {
 public:
  explicit Request(std::shared_ptr<RequestState> state) : state_(std::move(state)) {}
  virtual ~Request() = default;

  // Asks for the end; returns at once. Takes effect within one step (the prompt chunks and answer
  // tokens of all requests in it), one stretch of text being tokenized (see Tokenizer::encode), one
  // layer of a picture or its cutting into tiles; the
  // terminal event is kCancelled unless the request ended before.
  void cancel();
  // Whether the request has ended: true for who has read the terminal event.
  bool finished() const;
  // Waits until the terminal event has been queued, or dropped with its queue, at most `timeout`
  // (negative: without limit); the session is idle then. False when the time has passed. timeout:
  // at most some hundred years.
  bool wait(std::chrono::milliseconds timeout) const;

 private:
  std::shared_ptr<RequestState> state_;
};

// One conversation. At most one request at a time. Safe from any thread.
class Session {
 public:
  explicit Session(std::shared_ptr<SessionState> state) : state_(std::move(state)) {}
  // The same; OUT_OF_MEMORY_HOST, the state is closed then.
  static Result<std::shared_ptr<Session>> of(std::shared_ptr<SessionState> state);
  // As close().
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  // Adds `messages` (at least one; the last is the assistant's only with continue_last) to the
  // conversation and generates the assistant's answer. Returns at once; tokenizing, pictures and
  // generation run on the engine's threads and report to `queue` under `tag`, ending with exactly
  // one terminal event. On kDone the messages and the answer have become part of the session; on
  // any other terminal event the session is what it was before. BUSY while a request is in flight
  // or the queue holds kMaxEnds unread ends, CLOSED after close, INVALID_ARGUMENT for bad options,
  // bad UTF-8 or too many images, UNSUPPORTED for an image to a text-only model. An image file that
  // cannot be decoded ends the request: kFailed, IMAGE_DECODE.
  Result<std::shared_ptr<Request>> generate(std::vector<Message> messages, GenerateOptions options,
                                            std::shared_ptr<EventQueue> queue, std::uint64_t tag);

  // Adds `messages` (at least one, of any role) to the conversation and generates nothing: kDone
  // comes when they have been absorbed, with kNone for its reason. All else as generate().
  Result<std::shared_ptr<Request>> add(std::vector<Message> messages,
                                       std::shared_ptr<EventQueue> queue, std::uint64_t tag);

  // Tokens the conversation holds; 0 after close.
  std::int64_t token_count() const;

  // A turn is what one request has brought: its messages and their answer.
  struct TurnInfo {
    std::int64_t first_token = 0;  // of the conversation
    std::int64_t tokens = 0;
    std::int64_t images = 0;
    bool has_checkpoint = false;  // whether a request behind it goes on from its end
  };
  std::uint64_t turn_count() const;  // 0 after close
  // From 0. NOT_FOUND behind the last, CLOSED.
  Result<TurnInfo> turn(std::uint64_t index) const;

  // A session with the same past, which costs nothing before one of the two goes on; a request in
  // flight is not part of it. Fails as Engine::create_session; CLOSED after close.
  Result<std::shared_ptr<Session>> fork() const;

  // Forgets all turns behind the first `turns`; what is said next follows these. Without a
  // checkpoint there the next request absorbs turns again, to the same bits. BUSY while a request
  // is in flight, CLOSED, NOT_FOUND when there are fewer turns, OUT_OF_MEMORY_HOST.
  Status rewind(std::uint64_t turns);

  // What generate() would find of these messages behind the conversation, and why not more (see
  // reuse.h). Tokenizes, and reads pictures, on the calling thread. CLOSED, else refused as
  // generate() refuses them; IMAGE_DECODE for an image file without a sound header.
  Result<Reuse> reuse(std::span<const Message> messages) const;

  // Work with a file, on a thread of the engine's that is for these alone, one at a time. It asks
  // `stop` often and ends with what that returns. It may throw.
  //
  // With what is committed now, which it leaves as it is, whatever request runs beside it. kDone
  // when it returns OK. BUSY while another such one has not ended, CLOSED, IO when the system
  // refuses the thread, OUT_OF_MEMORY_HOST; the queue as for generate().
  using SaveWork =
      std::function<Status(const Model& model, const Conversation* past, const StopCheck& stop)>;
  Result<std::shared_ptr<Request>> save(SaveWork work, std::shared_ptr<EventQueue> queue,
                                        std::uint64_t tag);
  // A request as generate()'s that makes the whole conversation anew (null: nothing has been said);
  // with kDone it is in the old one's place.
  using LoadWork = std::function<Result<std::shared_ptr<const Conversation>>(
      Model& model, const CheckpointRules& rules, const StopCheck& stop)>;
  Result<std::shared_ptr<Request>> load(LoadWork work, std::shared_ptr<EventQueue> queue,
                                        std::uint64_t tag);

  // Cancels a request in flight and a save, waits until their terminal events are queued (at most
  // one step, or what a file's writing has in hand) and frees the sequence. Idempotent.
  void close();

 private:
  Result<std::shared_ptr<Request>> request(std::vector<Message> messages, PromptEnd end,
                                           GenerateOptions options,
                                           std::shared_ptr<EventQueue> queue, std::uint64_t tag);

  std::shared_ptr<SessionState> state_;
};

// A model and the threads that run it (sdk/async): one for model steps, on which all sessions take
// fair turns, one for text and one for pictures. Safe from any thread.
class Engine {
 public:
  // Returns at once. INVALID_ARGUMENT for options out of range, IO when the system refuses a thread
  // or a file descriptor, OUT_OF_MEMORY_HOST.
  static Result<std::shared_ptr<Engine>> create(std::shared_ptr<Model> model,
                                                const EngineOptions& options);
  // As close(). Handles of sessions and requests may outlive it and keep no model alive.
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  const Model& model() const { return *model_; }
  const EngineOptions& options() const;

  // Closes all sessions, then joins the threads: waits for at most one step, one stretch of text
  // being tokenized, one copy of a session's state and one layer of a picture (or its cutting into
  // tiles). From then on no session can be made and those there are answer CLOSED. Idempotent; a
  // second caller waits for the first.
  void close();

  // What the engine is doing and has done, as it was a moment ago.
  EngineStats stats() const;

  // Tokens of the prompt that generate() of a new session would write of these messages, pictures
  // and the answer's header included. Tokenizes on the calling thread. Refused as generate()
  // refuses them, and IMAGE_DECODE for an image file without a sound header.
  Result<std::int64_t> count_tokens(std::span<const Message> messages) const;

  // A session takes model memory with its first request only. BUSY when max_sessions are open,
  // CLOSED, INVALID_ARGUMENT for options out of range, OUT_OF_MEMORY_HOST.
  Result<std::shared_ptr<Session>> create_session(const SessionOptions& options = {});

 private:
  Engine(std::shared_ptr<Model> model, std::shared_ptr<Scheduler> scheduler);

  std::shared_ptr<Model> model_;
  std::shared_ptr<Scheduler> scheduler_;
};

}  // namespace arges::sdk
