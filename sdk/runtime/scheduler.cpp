// SPDX-License-Identifier: Apache-2.0
#include "sdk/runtime/scheduler.h"

#include <algorithm>
#include <utility>

#include "sdk/async/guard.h"

namespace arges::sdk {
namespace {

Status check_options(const EngineOptions& options) {
  if (options.prefill_chunk < 1 || options.prefill_chunk > 8192) {
    return invalid_argument("prefill_chunk must be between 1 and 8192");
  }
  if (options.step_prompt_tokens < 0) {
    return invalid_argument("step_prompt_tokens must not be negative");
  }
  if (options.max_sessions < 1 || options.max_sessions > 65536) {
    return invalid_argument("max_sessions must be between 1 and 65536");
  }
  if (options.checkpoint_budget < 0) {
    return invalid_argument("checkpoint_budget must not be negative");
  }
  if (options.max_images_per_request < 0) {
    return invalid_argument("max_images_per_request must not be negative");
  }
  if (options.max_parts_per_request < 1) {
    return invalid_argument("max_parts_per_request must be at least 1");
  }
  if (options.max_text_per_request < 0) {
    return invalid_argument("max_text_per_request must not be negative");
  }
  return {};
}

std::int64_t step_prompt_tokens(const EngineOptions& options, const ModelFacts& facts) {
  if (options.step_prompt_tokens > 0) return options.step_prompt_tokens;
  return std::max<std::int64_t>(2 * options.prefill_chunk, facts.prompt_tokens_at_once);
}

std::int64_t checkpoint_budget(const EngineOptions& options, const Model& model) {
  return options.checkpoint_budget > 0 ? options.checkpoint_budget : model.memory_bytes() / 8;
}

std::shared_ptr<const language::SuppressedTokens> share_suppressed(const Model& model) {
  const auto ids = model.suppressed_tokens();
  return std::make_shared<const language::SuppressedTokens>(
      std::vector<language::TokenId>(ids.begin(), ids.end()));
}

}  // namespace

Scheduler::Scheduler(std::shared_ptr<Model> model, const EngineOptions& options,
                     std::unique_ptr<EngineThread> step_thread)
    : model_(std::move(model)),
      options_(options),
      suppressed_(share_suppressed(*model_)),
      checkpoints_(std::make_shared<CheckpointStore>(checkpoint_budget(options, *model_))),
      step_thread_(std::move(step_thread)) {
  // A session has at most one request, so no turn grows beyond this.
  turn_.items.reserve(static_cast<std::size_t>(options.max_sessions));
  turn_.generations.reserve(static_cast<std::size_t>(options.max_sessions));
  reader_turns_.reserve(static_cast<std::size_t>(options.max_sessions));
  steps_ = std::make_unique<Alarm>(*step_thread_, [this] { return run(); });
}

Scheduler::~Scheduler() {
  shutdown();
}

Result<std::shared_ptr<Scheduler>> Scheduler::create(std::shared_ptr<Model> model,
                                                     const EngineOptions& options) {
  if (!model) return invalid_argument("an engine needs a model");
  ARGES_RETURN_IF_ERROR(check_options(options));
  ARGES_ASSIGN_OR_RETURN(auto step_thread, EngineThread::create());
  std::shared_ptr<Scheduler> scheduler;
  ARGES_RETURN_IF_ERROR(guarded([&]() -> Status {
    scheduler.reset(new Scheduler(std::move(model), options, std::move(step_thread)));
    ARGES_ASSIGN_OR_RETURN(scheduler->preparer_,
                           Preparer::create(*scheduler->model_, scheduler->counters_,
                                            [raw = scheduler.get()] { raw->wake(); }));
    return {};
  }));
  return scheduler;
}

Result<std::shared_ptr<SessionState>> Scheduler::open_session(const SessionOptions& options) {
  if (options.checkpoints < 1 || options.checkpoints > 4096) {
    return invalid_argument("a session keeps between 1 and 4096 checkpoints");
  }
  ARGES_ASSIGN_OR_RETURN(auto scope, find_scope(options.scope));
  return open_session(static_cast<std::size_t>(options.checkpoints), {nullptr, std::move(scope)});
}

// That of the open sessions that name the same number, or a new one.
Result<std::shared_ptr<Scope>> Scheduler::find_scope(std::uint64_t number) {
  std::shared_ptr<Scope> scope;
  const Status status = guarded([&]() -> Status {
    if (number == 0) {
      scope = std::make_shared<Scope>(checkpoints_);
      return {};
    }
    std::lock_guard lock(sessions_mutex_);
    std::erase_if(scopes_, [](const auto& entry) { return entry.second.expired(); });
    std::weak_ptr<Scope>& place = scopes_[number];
    scope = place.lock();
    if (!scope) place = scope = std::make_shared<Scope>(checkpoints_);
    return {};
  });
  ARGES_RETURN_IF_ERROR(status);
  return scope;
}

Result<std::shared_ptr<SessionState>> Scheduler::open_session(std::size_t checkpoints,
                                                              SessionState::Shared shared) {
  const CheckpointRules rules{checkpoints_, checkpoints};
  std::shared_ptr<SessionState> session;
  const Status status = guarded([&]() -> Status {
    std::lock_guard lock(sessions_mutex_);
    if (!accepting_) return {StatusCode::kClosed, "the engine has been closed"};
    if (sessions_.size() >= static_cast<std::size_t>(options_.max_sessions)) {
      return {StatusCode::kBusy, "max_sessions sessions are open; close one or raise the limit"};
    }
    session = std::make_shared<SessionState>(weak_from_this(), rules, std::move(shared));
    sessions_.emplace(session.get(), session);
    return {};
  });
  ARGES_RETURN_IF_ERROR(status);
  return session;
}

void Scheduler::forget(const SessionState* session) {
  std::lock_guard lock(sessions_mutex_);
  sessions_.erase(session);
}

void Scheduler::submit(GenerationParts parts) {
  PreparationLine::Entry preparation{parts.preparation};
  Active entry;
  entry.push_back(std::make_shared<Generation>(*model_, *preparer_, counters_, std::move(parts)));
  {
    std::lock_guard lock(incoming_mutex_);
    incoming_.splice(incoming_.end(), entry);
  }
  preparer_->start(std::move(preparation));
  wake();
}

std::shared_ptr<void> Scheduler::listen_for_room(EventQueue& queue) {
  return queue.add_space_listener(this, [weak = weak_from_this()] {
    if (const auto owner = weak.lock()) owner->wake();
  });
}

void Scheduler::shutdown() {
  std::lock_guard one_at_a_time(shutdown_mutex_);
  std::map<const SessionState*, std::weak_ptr<SessionState>> open;
  {
    std::lock_guard lock(sessions_mutex_);
    accepting_ = false;
    open.swap(sessions_);
  }
  for (const auto& entry : open) {
    if (const auto session = entry.second.lock()) session->begin_close();
  }
  for (const auto& entry : open) {
    if (const auto session = entry.second.lock()) session->close();
  }
  if (steps_) steps_->stop();
  if (preparer_) preparer_->join();
  files_.join();
  step_thread_->join();
}

Alarm::Clock::time_point Scheduler::run() {
  do {
    take_incoming();
    tend_all();
    files_.end_abandoned();
    count_all();
  } while (step());
  return next_deadline();
}

void Scheduler::take_incoming() {
  std::lock_guard lock(incoming_mutex_);
  active_.splice(active_.end(), incoming_);
}

void Scheduler::tend_all() {
  const auto now = Generation::Clock::now();
  for (const auto& generation : active_) generation->tend(now);
  reader_turns_.run(active_);
  active_.remove_if([](const auto& generation) { return generation->ended(); });
}

void Scheduler::count_all() {
  EngineCounters now;
  for (const auto& generation : active_) generation->count(now);
  counters_.preparing = now.preparing.load();
  counters_.prefilling = now.prefilling.load();
  counters_.decoding = now.decoding.load();
  counters_.paused = now.paused.load();
  counters_.request_bytes = now.request_bytes.load();
}

// Held without the list's lock: a session's own comes first.
std::vector<std::shared_ptr<SessionState>> Scheduler::open_sessions() {
  std::vector<std::shared_ptr<SessionState>> open;
  std::lock_guard lock(sessions_mutex_);
  for (const auto& entry : sessions_) {
    if (auto session = entry.second.lock()) open.push_back(std::move(session));
  }
  return open;
}

EngineStats Scheduler::stats() {
  EngineStats stats;
  for (const auto& session : open_sessions()) {
    ++stats.sessions;
    const SessionState::Past past = session->past();
    if (!past || !past->sequence) continue;  // absorbed anew when it is needed
    stats.session_bytes +=
        model_->state_bytes() + past->token_count() * model_->kv_bytes_per_token();
  }
  stats.preparing = counters_.preparing;
  stats.prefilling = counters_.prefilling;
  stats.decoding = counters_.decoding;
  stats.paused = counters_.paused;
  stats.done = counters_.done;
  stats.cancelled = counters_.cancelled;
  stats.failed = counters_.failed;
  stats.prompt_tokens = counters_.prompt_tokens;
  stats.generated_tokens = counters_.generated_tokens;
  stats.reused_tokens = counters_.reused_tokens;
  stats.images_encoded = counters_.images_encoded;
  stats.images_cached = counters_.images_cached;
  stats.steps = counters_.steps;
  stats.step_time = std::chrono::microseconds(counters_.step_us);
  stats.weight_bytes = model_->facts().weight_bytes;
  stats.workspace_bytes = model_->workspace_bytes();
  stats.request_bytes = counters_.request_bytes;
  stats.checkpoint_bytes = checkpoints_->bytes();
  return stats;
}

void Scheduler::count_step(Generation::Clock::duration time) {
  ++counters_.steps;
  counters_.step_us += std::chrono::duration_cast<std::chrono::microseconds>(time).count();
  for (std::size_t i = 0; i < turn_.items.size(); ++i) {
    if (turn_.generations[i]->in_prefill()) counters_.prompt_tokens += turn_.items[i].count;
  }
}

// One turn; false when nobody can go on.
bool Scheduler::step() {
  plan_turn(active_, {options_.prefill_chunk, step_prompt_tokens(options_, model_->facts())},
            turn_);
  if (turn_.items.empty()) return false;
  reserve_memory(turn_, ++news_);
  if (turn_.items.empty()) return true;
  const auto begin = Generation::Clock::now();
  const Status outcome = guarded([this] { return model_->step(turn_.items); });
  count_step(Generation::Clock::now() - begin);
  if (outcome.ok()) choose_tokens(turn_, *model_);
  for (std::size_t i = 0; i < turn_.items.size(); ++i) {
    turn_.generations[i]->after_step(turn_.items[i], outcome, ++news_);
  }
  reader_turns_.run(active_);  // before anything else: a reader waits for it
  return true;
}

Alarm::Clock::time_point Scheduler::next_deadline() const {
  auto next = Alarm::kNever;
  for (const auto& generation : active_) next = std::min(next, generation->deadline());
  return next;
}

}  // namespace arges::sdk
