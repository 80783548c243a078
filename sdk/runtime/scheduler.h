// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "kernels/base/status.h"
#include "sdk/async/alarm.h"
#include "sdk/async/engine_thread.h"
#include "sdk/runtime/engine_counters.h"
#include "sdk/runtime/engine_options.h"
#include "sdk/runtime/file_thread.h"
#include "sdk/runtime/generation.h"
#include "sdk/runtime/model.h"
#include "sdk/runtime/preparer.h"
#include "sdk/runtime/reader_turns.h"
#include "sdk/runtime/session_state.h"
#include "sdk/runtime/turn.h"

namespace arges::sdk {

// Runs all requests of an engine: a loop on the step thread that, turn after turn, makes one
// ragged batch of every request that can go on and gives it to Model::step. It sleeps when there
// is none, until something rings: a new request, a finished preparation, a cancel, room in a
// queue, a deadline.
//
// Every decision about a request, its end above all, is taken on the step thread; other threads
// only leave word and ring. That is why exactly one terminal event comes out of any race.
class Scheduler : public std::enable_shared_from_this<Scheduler> {
 public:
  // INVALID_ARGUMENT for options out of range, IO when the system refuses a thread or a file
  // descriptor, OUT_OF_MEMORY_HOST.
  static Result<std::shared_ptr<Scheduler>> create(std::shared_ptr<Model> model,
                                                   const EngineOptions& options);
  // As shutdown().
  ~Scheduler();
  Scheduler(const Scheduler&) = delete;
  Scheduler& operator=(const Scheduler&) = delete;

  const EngineOptions& options() const { return options_; }
  Model& model() { return *model_; }
  // The model's, in the form that all its samplers share.
  std::shared_ptr<const language::SuppressedTokens> suppressed() const { return suppressed_; }

  // A new session: BUSY when max_sessions are open, CLOSED after shutdown(), INVALID_ARGUMENT for
  // options out of range.
  Result<std::shared_ptr<SessionState>> open_session(const SessionOptions& options);
  // The same, that keeps the checkpoints of so many turns and has that past, which may be null, and
  // that scope.
  Result<std::shared_ptr<SessionState>> open_session(std::size_t checkpoints,
                                                     SessionState::Shared shared);
  std::vector<std::shared_ptr<SessionState>> open_sessions();
  // The session has been closed.
  void forget(const SessionState* session);

  // Takes a request over; its terminal event will follow. Throws std::bad_alloc, nothing taken.
  void submit(GenerationParts parts);
  // Requests that work with files, on a thread of their own; cancels of those that wait are heard
  // on the step thread.
  FileThread& files() { return files_; }
  // Looks at all requests again soon. From any thread, returns at once.
  void wake() noexcept { steps_->ring(); }
  // Wakes whenever `queue` has room again, until the token is gone.
  std::shared_ptr<void> listen_for_room(EventQueue& queue);

  // What the engine is doing and has done. From any thread.
  EngineStats stats();

  // Closes all sessions, waits for the present step and ends the threads. Idempotent; a second
  // caller waits for the first. Not from the engine's own threads.
  void shutdown();

 private:
  using Active = std::list<std::shared_ptr<Generation>>;

  Scheduler(std::shared_ptr<Model> model, const EngineOptions& options,
            std::unique_ptr<EngineThread> step_thread);

  Result<std::shared_ptr<Scope>> find_scope(std::uint64_t number);

  // On the step thread.
  Alarm::Clock::time_point run();
  void take_incoming();
  void tend_all();
  void count_all();
  bool step();
  void count_step(Generation::Clock::duration time);
  Alarm::Clock::time_point next_deadline() const;

  const std::shared_ptr<Model> model_;
  const EngineOptions options_;
  const std::shared_ptr<const language::SuppressedTokens> suppressed_;
  EngineCounters counters_;
  const std::shared_ptr<CheckpointStore> checkpoints_;
  FileThread files_{counters_};
  std::mutex sessions_mutex_;
  bool accepting_ = true;
  std::map<const SessionState*, std::weak_ptr<SessionState>> sessions_;
  std::map<std::uint64_t, std::weak_ptr<Scope>> scopes_;  // of sessions that name one

  std::mutex shutdown_mutex_;

  std::mutex incoming_mutex_;
  Active incoming_;

  Active active_;  // the step thread's
  Turn turn_;      // the step thread's
  ReaderTurns reader_turns_;
  std::uint64_t news_ = 0;  // the step thread's clock of what requests have to say
  std::unique_ptr<EngineThread> step_thread_;
  std::unique_ptr<Preparer> preparer_;
  std::unique_ptr<Alarm> steps_;  // on the step thread
};

}  // namespace arges::sdk
