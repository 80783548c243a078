// SPDX-License-Identifier: Apache-2.0
#include "sdk/runtime/file_thread.h"

#include <signal.h>

#include <utility>

#include "sdk/async/guard.h"

namespace arges::sdk {
namespace {

Status cancelled() {
  return {StatusCode::kCancelled, "cancelled"};
}

EventType outcome_of(const Status& status) {
  if (status.ok()) return EventType::kDone;
  return status.code() == StatusCode::kCancelled ? EventType::kCancelled : EventType::kFailed;
}

// A write beyond the process's limit then fails as any other; unasked, the system ends the process.
void refuse_the_signal_of_large_files() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGXFSZ);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

}  // namespace

Status FileThread::start(FileTask task) {
  Tasks entry;
  entry.push_back(std::move(task));
  const std::lock_guard lock(mutex_);
  if (joined_) return {StatusCode::kClosed, "the engine has been closed"};
  if (!thread_) {
    ARGES_ASSIGN_OR_RETURN(thread_, EngineThread::create());
  }
  waiting_.splice(waiting_.end(), entry);
  Status posted = thread_->post([this] { run_next(); });
  if (!posted.ok()) waiting_.pop_back();
  return posted;
}

// One post for each task; there are fewer of these when some have been abandoned.
void FileThread::run_next() noexcept {
  Tasks entry;
  {
    const std::lock_guard lock(mutex_);
    if (waiting_.empty()) return;
    entry.splice(entry.end(), waiting_, waiting_.begin());
  }
  FileTask& task = entry.front();
  refuse_the_signal_of_large_files();
  const StopCheck stop = [&task] { return task.abandoned() ? cancelled() : Status(); };
  end(task, guarded([&]() -> Status {
        ARGES_RETURN_IF_ERROR(stop());
        return task.work(stop);
      }));
}

void FileThread::end_abandoned() noexcept {
  Tasks abandoned;
  {
    const std::lock_guard lock(mutex_);
    for (auto next = waiting_.begin(); next != waiting_.end();) {
      const auto task = next++;
      if (task->abandoned()) abandoned.splice(abandoned.end(), waiting_, task);
    }
  }
  for (FileTask& task : abandoned) end(task, cancelled());
}

// Sets no memory aside, and frees what the work holds before anybody can hear of the end.
void FileThread::end(FileTask& task, Status status) noexcept {
  const bool done = status.ok();
  Event& last = task.terminal.front();
  last.type = outcome_of(status);
  last.tag = task.tag;
  last.status = std::move(status);
  last.timings.total = std::chrono::duration_cast<RequestTimings::Time>(
      std::chrono::steady_clock::now() - task.submitted);
  task.work = nullptr;
  task.space_listener.reset();
  counters_.note_end(last.type);
  task.finish(done, [&task] {
    task.request->finished = true;
    task.queue->push_terminal(std::move(task.terminal));
    task.request->announce_end();
  });
}

void FileThread::join() {
  {
    const std::lock_guard lock(mutex_);
    joined_ = true;
  }
  if (thread_) thread_->join();
}

}  // namespace arges::sdk
