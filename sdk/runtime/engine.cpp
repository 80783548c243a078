// SPDX-License-Identifier: Apache-2.0
#include "sdk/runtime/engine.h"

#include <iterator>
#include <utility>

#include "sdk/async/guard.h"
#include "sdk/runtime/scheduler.h"
#include "sdk/runtime/whole_prompt.h"

namespace arges::sdk {

Engine::Engine(std::shared_ptr<Model> model, std::shared_ptr<Scheduler> scheduler)
    : model_(std::move(model)), scheduler_(std::move(scheduler)) {}

Engine::~Engine() {
  close();
}

void Engine::close() {
  scheduler_->shutdown();
}

Result<std::shared_ptr<Engine>> Engine::create(std::shared_ptr<Model> model,
                                               const EngineOptions& options) {
  ARGES_ASSIGN_OR_RETURN(auto scheduler, Scheduler::create(model, options));
  std::shared_ptr<Engine> engine;
  ARGES_RETURN_IF_ERROR(guarded([&]() -> Status {
    engine.reset(new Engine(std::move(model), std::move(scheduler)));
    return {};
  }));
  return engine;
}

const EngineOptions& Engine::options() const {
  return scheduler_->options();
}

EngineStats Engine::stats() const {
  return scheduler_->stats();
}

Result<std::int64_t> Engine::count_tokens(std::span<const Message> messages) const {
  std::int64_t count = 0;
  const Status status = guarded([&]() -> Status {
    ARGES_ASSIGN_OR_RETURN(const PromptDraft draft,
                           write_whole_prompt(*model_, scheduler_->options(), nullptr, messages));
    count = std::ssize(draft.tokens.ids);
    return {};
  });
  if (!status.ok()) return status;
  return count;
}

Result<std::shared_ptr<Session>> Engine::create_session(const SessionOptions& options) {
  ARGES_ASSIGN_OR_RETURN(auto state, scheduler_->open_session(options));
  return Session::of(std::move(state));
}

}  // namespace arges::sdk
