// SPDX-License-Identifier: Apache-2.0
// A session's requests that work with files.
#include <utility>

#include "sdk/async/guard.h"
#include "sdk/runtime/engine.h"
#include "sdk/runtime/scheduler.h"

namespace arges::sdk {
namespace {

// Everything of a task but its work and what comes of it.
Status assemble(Scheduler& scheduler, std::shared_ptr<EventQueue> queue, std::uint64_t tag,
                FileTask& task) {
  if (!queue) return invalid_argument("a request needs a queue");
  ARGES_RETURN_IF_ERROR(queue->check_room_for_request());
  task.request = std::make_shared<RequestState>(scheduler.weak_from_this());
  task.space_listener = scheduler.listen_for_room(*queue);
  task.queue = std::move(queue);
  task.tag = tag;
  return {};
}

// Makes a task and its handle and gives it to `start`, which puts it in flight.
Result<std::shared_ptr<Request>> make_request(
    const SessionState& state, std::shared_ptr<EventQueue> queue, std::uint64_t tag,
    const std::function<Status(Scheduler& scheduler, FileTask& task)>& start) {
  const auto scheduler = state.scheduler();
  if (!scheduler) return Status(StatusCode::kClosed, "the engine has been closed");
  std::shared_ptr<Request> request;
  const Status status = guarded([&]() -> Status {
    FileTask task;
    ARGES_RETURN_IF_ERROR(assemble(*scheduler, std::move(queue), tag, task));
    request = std::make_shared<Request>(task.request);
    return start(*scheduler, task);
  });
  if (!status.ok()) return status;
  return request;
}

}  // namespace

Result<std::shared_ptr<Request>> Session::save(SaveWork work, std::shared_ptr<EventQueue> queue,
                                               std::uint64_t tag) {
  const auto start = [&](Scheduler& scheduler, FileTask& task) {
    task.finish = [state = state_](bool, const std::function<void()>& announce) {
      state->finish_beside(announce);
    };
    return state_->start_beside(task.request, [&](const SessionState::Past& past) {
      task.work = [&model = scheduler.model(), past, work = std::move(work)](
                      const StopCheck& stop) { return work(model, past.get(), stop); };
      return scheduler.files().start(std::move(task));
    });
  };
  return make_request(*state_, std::move(queue), tag, start);
}

Result<std::shared_ptr<Request>> Session::load(LoadWork work, std::shared_ptr<EventQueue> queue,
                                               std::uint64_t tag) {
  const auto start = [&](Scheduler& scheduler, FileTask& task) {
    const auto whole = std::make_shared<SessionState::Past>();
    task.finish = [state = state_, whole](bool done, const std::function<void()>& announce) {
      if (!done) return state->finish(nullptr, announce);
      state->finish_anew(std::move(*whole), announce);
    };
    task.work = [&model = scheduler.model(), state = state_, whole,
                 work = std::move(work)](const StopCheck& stop) -> Status {
      ARGES_ASSIGN_OR_RETURN(*whole, work(model, state->checkpoint_rules(), stop));
      return {};
    };
    return state_->start(task.request, [&](const SessionState::Shared&) {
      return scheduler.files().start(std::move(task));
    });
  };
  return make_request(*state_, std::move(queue), tag, start);
}

}  // namespace arges::sdk
