// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <mutex>

#include "kernels/base/status.h"
#include "kernels/base/stop_check.h"
#include "sdk/async/engine_thread.h"
#include "sdk/runtime/engine_counters.h"
#include "sdk/runtime/event_queue.h"
#include "sdk/runtime/request_state.h"

namespace arges::sdk {

// A request whose work is one piece, and with a file.
struct FileTask {
  // Nobody needs it any more.
  bool abandoned() const { return request->abandoned() || queue->closed(); }

  std::shared_ptr<RequestState> request;
  std::shared_ptr<EventQueue> queue;
  std::shared_ptr<void> space_listener;  // the queue's token; wakes the scheduler when it closes
  std::uint64_t tag = 0;
  // May throw. Ends soon with what the check returns.
  std::function<Status(const StopCheck&)> work;
  // Hands the outcome to the session, which calls `announce`. Needs no memory.
  std::function<void(bool done, const std::function<void()>& announce)> finish;
  std::chrono::steady_clock::time_point submitted = std::chrono::steady_clock::now();
  EventQueue::TerminalSlot terminal = EventQueue::make_terminal_slot();
};

// Runs them one after another, away from the threads that requests for answers need: a disk may
// take its time. The thread is there from the first task on. Safe from any thread.
class FileThread {
 public:
  // The counters must outlive the object.
  explicit FileThread(EngineCounters& counters) : counters_(counters) {}
  FileThread(const FileThread&) = delete;
  FileThread& operator=(const FileThread&) = delete;

  // Takes over; exactly one terminal event follows. CLOSED after join(), IO when the system refuses
  // the thread, OUT_OF_MEMORY_HOST; throws std::bad_alloc; nothing is taken then.
  Status start(FileTask task);
  // Ends those that wait for their turn and that nobody needs any more.
  void end_abandoned() noexcept;
  // Ends the thread behind the tasks that it has. Idempotent; not from it.
  void join();

 private:
  using Tasks = std::list<FileTask>;

  void run_next() noexcept;
  void end(FileTask& task, Status status) noexcept;

  EngineCounters& counters_;
  std::mutex mutex_;
  bool joined_ = false;
  Tasks waiting_;
  std::unique_ptr<EngineThread> thread_;
};

}  // namespace arges::sdk
