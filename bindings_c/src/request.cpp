// SPDX-License-Identifier: Apache-2.0
#include <vector>

#include "bindings_c/src/boundary.h"
#include "bindings_c/src/generate_settings.h"
#include "bindings_c/src/handles.h"
#include "bindings_c/src/message_list.h"
#include "bindings_c/src/opening.h"
#include "bindings_c/src/struct_sizes.h"
#include "bindings_c/src/wait_time.h"

namespace arges::bindings {
namespace {

Result<sdk::GenerateOptions> copy_options(const arges_generate_options* given) {
  const arges_generate_options defaults = default_generate_options();
  if (given == nullptr) return read_generate_options(defaults);
  ARGES_ASSIGN_OR_RETURN(const arges_generate_options options, read_struct(given, defaults));
  return read_generate_options(options);
}

// What both ways to make a request are given, looked up and copied.
struct Submission {
  std::shared_ptr<sdk::Session> session;
  std::vector<sdk::Message> messages;
  std::shared_ptr<EventSource> queue;
};

Result<Submission> look_up(arges_session* session, arges_message* const* messages,
                           std::uint64_t message_count, arges_queue* queue) {
  Submission submission;
  ARGES_ASSIGN_OR_RETURN(submission.session, sessions().find(session));
  ARGES_ASSIGN_OR_RETURN(submission.messages, copy_messages(messages, message_count));
  ARGES_ASSIGN_OR_RETURN(submission.queue, queues().find(queue));
  return submission;
}

}  // namespace
}  // namespace arges::bindings

using namespace arges::bindings;

arges_status arges_generate_options_init(arges_generate_options* options, uint64_t struct_size) {
  return at_boundary([&] { return init_struct(options, struct_size, default_generate_options()); });
}

arges_status arges_generate(arges_session* session, arges_message* const* messages,
                            uint64_t message_count, const arges_generate_options* options,
                            arges_queue* queue, uint64_t tag, arges_request** out) {
  return at_boundary([&]() -> arges::Status {
    ARGES_ASSIGN_OR_RETURN(Submission given, look_up(session, messages, message_count, queue));
    ARGES_ASSIGN_OR_RETURN(auto settings, copy_options(options));
    ARGES_RETURN_IF_ERROR(require_pointer(out, "out"));
    ReservedHandle handle(requests());
    ARGES_ASSIGN_OR_RETURN(auto request,
                           given.session->generate(std::move(given.messages), std::move(settings),
                                                   given.queue->events(), tag));
    *out = handle.publish(std::move(request));
    return {};
  });
}

arges_status arges_session_add(arges_session* session, arges_message* const* messages,
                               uint64_t message_count, arges_queue* queue, uint64_t tag,
                               arges_request** out) {
  return at_boundary([&]() -> arges::Status {
    ARGES_ASSIGN_OR_RETURN(Submission given, look_up(session, messages, message_count, queue));
    ARGES_RETURN_IF_ERROR(require_pointer(out, "out"));
    ReservedHandle handle(requests());
    ARGES_ASSIGN_OR_RETURN(
        auto request, given.session->add(std::move(given.messages), given.queue->events(), tag));
    *out = handle.publish(std::move(request));
    return {};
  });
}

arges_status arges_request_cancel(arges_request* request) {
  return at_boundary([&]() -> arges::Status {
    ARGES_ASSIGN_OR_RETURN(const auto owner, requests().find(request));
    owner->cancel();
    return {};
  });
}

arges_status arges_request_wait(const arges_request* request, int64_t timeout_ms) {
  std::shared_ptr<arges::sdk::Request> owner;
  const arges_status status = at_boundary([&]() -> arges::Status {
    ARGES_ASSIGN_OR_RETURN(owner, requests().find(request));
    return {};
  });
  if (status != ARGES_OK) return status;
  // Said without memory, as arges_queue_next says it.
  return at_boundary([&]() -> arges_status {
    if (owner->wait(wait_time(timeout_ms))) return ARGES_OK;
    return report_fixed(arges::StatusCode::kTimeout,
                        "the request has not ended within the time given");
  });
}

arges_status arges_request_take_engine(arges_request* request, arges_engine** out) {
  return at_boundary([&]() -> arges::Status {
    ARGES_ASSIGN_OR_RETURN(const auto owner, requests().find(request));
    ARGES_RETURN_IF_ERROR(require_pointer(out, "out"));
    const auto opening = std::dynamic_pointer_cast<Opening>(owner);
    if (!opening) return arges::invalid_argument("the request is not one to open an engine");
    ReservedHandle handle(engines());
    ARGES_ASSIGN_OR_RETURN(auto engine, opening->take());
    *out = handle.publish(std::move(engine));
    return {};
  });
}

void arges_request_free(arges_request* request) {
  at_boundary([&]() -> arges::Status {
    if (request == nullptr) return {};
    ARGES_ASSIGN_OR_RETURN(const auto owner, requests().find(request));
    ARGES_RETURN_IF_ERROR(requests().release(request));
    // Now, whoever else still holds the request.
    if (const auto opening = std::dynamic_pointer_cast<Opening>(owner)) opening->disown();
    return {};
  });
}
