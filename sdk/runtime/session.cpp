// SPDX-License-Identifier: Apache-2.0
#include <iterator>
#include <string>
#include <utility>

#include "language/text/stop_matcher.h"
#include "sdk/async/guard.h"
#include "sdk/runtime/engine.h"
#include "sdk/runtime/request_checks.h"
#include "sdk/runtime/reuse.h"
#include "sdk/runtime/scheduler.h"
#include "sdk/runtime/whole_prompt.h"

namespace arges::sdk {
namespace {

// Everything of a request that needs no lock and no engine thread.
Status assemble(Scheduler& scheduler, std::vector<Message> messages, PromptEnd end,
                GenerateOptions options, std::shared_ptr<EventQueue> queue,
                GenerationParts& parts) {
  if (!queue) return invalid_argument("a request needs a queue");
  ARGES_RETURN_IF_ERROR(queue->check_room_for_request());
  ARGES_RETURN_IF_ERROR(check_messages(messages, end, scheduler.options()));
  ARGES_RETURN_IF_ERROR(check_images(messages, scheduler.model()));
  ARGES_RETURN_IF_ERROR(check_generate_options(options, scheduler.model()));
  ARGES_ASSIGN_OR_RETURN(auto stops, language::StopMatcher::create(options.stop_strings));
  parts.request = std::make_shared<RequestState>(scheduler.weak_from_this());
  parts.preparation = std::make_shared<Preparation>();
  parts.preparation->request = parts.request;
  parts.preparation->rules = AnswerRules{std::move(stops), scheduler.suppressed()};
  parts.preparation->end = end;
  parts.preparation->messages = std::move(messages);
  parts.deadline = options.deadline;
  parts.priority = options.priority;
  parts.preparation->options = std::move(options);
  parts.space_listener = scheduler.listen_for_room(*queue);
  parts.queue = std::move(queue);
  return {};
}

Status submit(Scheduler& scheduler, const SessionState::Shared& shared, GenerationParts& parts) {
  parts.preparation->past = shared.past;
  parts.preparation->scope = shared.scope;
  scheduler.submit(std::move(parts));
  return {};
}

}  // namespace

Session::~Session() {
  close();
}

Result<std::shared_ptr<Request>> Session::generate(std::vector<Message> messages,
                                                   GenerateOptions options,
                                                   std::shared_ptr<EventQueue> queue,
                                                   std::uint64_t tag) {
  const PromptEnd end = options.continue_last ? PromptEnd::kContinued : PromptEnd::kAnswer;
  return request(std::move(messages), end, std::move(options), std::move(queue), tag);
}

Result<std::shared_ptr<Request>> Session::add(std::vector<Message> messages,
                                              std::shared_ptr<EventQueue> queue,
                                              std::uint64_t tag) {
  return request(std::move(messages), PromptEnd::kNothing, {}, std::move(queue), tag);
}

Result<std::shared_ptr<Request>> Session::request(std::vector<Message> messages, PromptEnd end,
                                                  GenerateOptions options,
                                                  std::shared_ptr<EventQueue> queue,
                                                  std::uint64_t tag) {
  const auto scheduler = state_->scheduler();
  if (!scheduler) return Status(StatusCode::kClosed, "the engine has been closed");
  std::shared_ptr<Request> request;
  const Status status = guarded([&]() -> Status {
    GenerationParts parts;
    ARGES_RETURN_IF_ERROR(assemble(*scheduler, std::move(messages), end, std::move(options),
                                   std::move(queue), parts));
    parts.session = state_;
    parts.tag = tag;
    parts.preparation->checkpoint_rules = state_->checkpoint_rules();
    request = std::make_shared<Request>(parts.request);
    return state_->start(parts.request, [&](const SessionState::Shared& shared) {
      return submit(*scheduler, shared, parts);
    });
  });
  if (!status.ok()) return status;
  return request;
}

Result<std::shared_ptr<Session>> Session::of(std::shared_ptr<SessionState> state) {
  std::shared_ptr<Session> session;
  const Status status = guarded([&]() -> Status {
    session = std::make_shared<Session>(state);
    return {};
  });
  if (status.ok()) return session;
  state->close();
  return status;
}

std::int64_t Session::token_count() const {
  const SessionState::Past past = state_->past();
  return past ? past->token_count() : 0;
}

std::uint64_t Session::turn_count() const {
  const SessionState::Past past = state_->past();
  return past ? past->turns.size() : 0;
}

Result<Session::TurnInfo> Session::turn(std::uint64_t index) const {
  ARGES_ASSIGN_OR_RETURN(const auto shared, state_->shared_of_open());
  const SessionState::Past& past = shared.past;
  const std::size_t count = past ? past->turns.size() : 0;
  if (index >= count) {
    return Status(StatusCode::kNotFound,
                  "the conversation has " + std::to_string(count) + " turns, counted from 0");
  }
  const PastTurn& turn = past->turns[index];
  TurnInfo info;
  info.first_token = index == 0 ? 0 : past->turns[index - 1].passage->token_count();
  info.tokens = turn.passage->token_count() - info.first_token;
  info.images = std::ssize(turn.passage->images);
  const bool last = index + 1 == count;
  info.has_checkpoint =
      last ? past->sequence != nullptr : turn.checkpoint != nullptr && turn.checkpoint->is_kept();
  return info;
}

Result<std::shared_ptr<Session>> Session::fork() const {
  const auto scheduler = state_->scheduler();
  if (!scheduler) return Status(StatusCode::kClosed, "the engine has been closed");
  ARGES_ASSIGN_OR_RETURN(auto state, state_->fork(*scheduler));
  return of(std::move(state));
}

Status Session::rewind(std::uint64_t turns) {
  return guarded([&] { return state_->rewind(turns); });
}

Result<Reuse> Session::reuse(std::span<const Message> messages) const {
  const auto scheduler = state_->scheduler();
  if (!scheduler) return Status(StatusCode::kClosed, "the engine has been closed");
  Reuse reuse;
  const Status status = guarded([&]() -> Status {
    ReuseWorld world;
    ARGES_ASSIGN_OR_RETURN(world.self, state_->shared_of_open());
    world.block = scheduler->model().block_tokens();
    for (const auto& session : scheduler->open_sessions()) {
      world.sessions.push_back(session->shared());
    }
    ARGES_ASSIGN_OR_RETURN(const PromptDraft draft,
                           write_whole_prompt(scheduler->model(), scheduler->options(),
                                              world.self.past.get(), messages));
    reuse = explain_reuse(draft, world);
    return {};
  });
  ARGES_RETURN_IF_ERROR(status);
  return reuse;
}

void Session::close() {
  state_->close();
}

}  // namespace arges::sdk
