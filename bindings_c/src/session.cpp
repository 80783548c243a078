// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "bindings_c/src/boundary.h"
#include "bindings_c/src/handles.h"
#include "bindings_c/src/message_list.h"
#include "bindings_c/src/short_text.h"
#include "bindings_c/src/struct_sizes.h"
#include "sdk/runtime/reuse.h"
#include "sdk/snapshot/session_files.h"

namespace arges::bindings {
namespace {

Result<sdk::SessionOptions> read_session_options(const arges_session_options* given) {
  sdk::SessionOptions out;
  if (given == nullptr) return out;
  ARGES_ASSIGN_OR_RETURN(const arges_session_options options,
                         read_struct(given, arges_session_options{}));
  if (options.checkpoints != 0) out.checkpoints = options.checkpoints;
  out.scope = options.scope;
  return out;
}

arges_reuse describe_reuse(const sdk::Reuse& found) {
  const auto number = [](std::int64_t value) { return static_cast<std::uint64_t>(value); };
  arges_reuse out{};
  out.reason = static_cast<std::uint32_t>(found.reason);
  out.prompt_tokens = number(found.prompt_tokens);
  out.matched = number(found.matched);
  out.reused = number(found.reused);
  out.evicted = number(found.evicted);
  out.images = number(found.images);
  out.images_cached = number(found.images_cached);
  return out;
}

// save_session or load_session of sdk/snapshot.
using FileCall = Result<std::shared_ptr<sdk::Request>>(sdk::Session& session,
                                                       const std::string& path,
                                                       std::shared_ptr<sdk::EventQueue> queue,
                                                       std::uint64_t tag);

arges_status submit_file_call(FileCall& call, const arges_session* session, const char* path,
                              std::uint64_t path_length, arges_queue* queue, std::uint64_t tag,
                              arges_request** out) {
  return at_boundary([&]() -> Status {
    ARGES_ASSIGN_OR_RETURN(const auto conversation, sessions().find(session));
    ARGES_ASSIGN_OR_RETURN(const auto name,
                           read_short_text(path, path_length, kMaxPathBytes, "path"));
    ARGES_ASSIGN_OR_RETURN(const auto source, queues().find(queue));
    ARGES_RETURN_IF_ERROR(require_pointer(out, "out"));
    ReservedHandle handle(requests());
    ARGES_ASSIGN_OR_RETURN(auto request, call(*conversation, name, source->events(), tag));
    *out = handle.publish(std::move(request));
    return {};
  });
}

}  // namespace
}  // namespace arges::bindings

using namespace arges::bindings;

arges_status arges_session_options_init(arges_session_options* options, uint64_t struct_size) {
  return at_boundary([&] { return init_struct(options, struct_size, arges_session_options{}); });
}

arges_status arges_session_create(arges_engine* engine, arges_session** out) {
  return arges_session_create_with(engine, nullptr, out);
}

arges_status arges_session_create_with(arges_engine* engine, const arges_session_options* options,
                                       arges_session** out) {
  return at_boundary([&]() -> arges::Status {
    ARGES_ASSIGN_OR_RETURN(const auto owner, engines().find(engine));
    ARGES_RETURN_IF_ERROR(require_pointer(out, "out"));
    ARGES_ASSIGN_OR_RETURN(const auto asked, read_session_options(options));
    ARGES_ASSIGN_OR_RETURN(auto session, owner->create_session(asked));
    *out = sessions().insert(std::move(session));
    return {};
  });
}

arges_status arges_session_token_count(const arges_session* session, uint64_t* out) {
  return at_boundary([&]() -> arges::Status {
    ARGES_ASSIGN_OR_RETURN(const auto conversation, sessions().find(session));
    ARGES_RETURN_IF_ERROR(require_pointer(out, "out"));
    *out = static_cast<uint64_t>(conversation->token_count());
    return {};
  });
}

arges_status arges_session_fork(const arges_session* session, arges_session** out) {
  return at_boundary([&]() -> arges::Status {
    ARGES_ASSIGN_OR_RETURN(const auto conversation, sessions().find(session));
    ARGES_RETURN_IF_ERROR(require_pointer(out, "out"));
    ARGES_ASSIGN_OR_RETURN(auto fork, conversation->fork());
    *out = sessions().insert(std::move(fork));
    return {};
  });
}

arges_status arges_session_rewind(arges_session* session, uint64_t turns) {
  return at_boundary([&]() -> arges::Status {
    ARGES_ASSIGN_OR_RETURN(const auto conversation, sessions().find(session));
    return conversation->rewind(turns);
  });
}

arges_status arges_session_turn(const arges_session* session, uint64_t turn,
                                arges_turn_info* info) {
  return at_boundary([&]() -> arges::Status {
    ARGES_ASSIGN_OR_RETURN(const auto conversation, sessions().find(session));
    ARGES_RETURN_IF_ERROR(check_result_struct(info));
    ARGES_ASSIGN_OR_RETURN(const auto found, conversation->turn(turn));
    arges_turn_info made{};
    made.has_checkpoint = found.has_checkpoint ? 1 : 0;
    made.first_token = static_cast<uint64_t>(found.first_token);
    made.tokens = static_cast<uint64_t>(found.tokens);
    made.images = static_cast<uint64_t>(found.images);
    write_struct(info, made);
    return {};
  });
}

arges_status arges_session_reuse(const arges_session* session, arges_message* const* messages,
                                 uint64_t message_count, arges_reuse* reuse) {
  return at_boundary([&]() -> arges::Status {
    ARGES_ASSIGN_OR_RETURN(const auto conversation, sessions().find(session));
    ARGES_RETURN_IF_ERROR(check_result_struct(reuse));
    ARGES_ASSIGN_OR_RETURN(const auto copies, copy_messages(messages, message_count));
    ARGES_ASSIGN_OR_RETURN(const auto found, conversation->reuse(copies));
    write_struct(reuse, describe_reuse(found));
    return {};
  });
}

arges_status arges_session_save(const arges_session* session, const char* path,
                                uint64_t path_length, arges_queue* queue, uint64_t tag,
                                arges_request** out) {
  return submit_file_call(arges::sdk::save_session, session, path, path_length, queue, tag, out);
}

arges_status arges_session_load(arges_session* session, const char* path, uint64_t path_length,
                                arges_queue* queue, uint64_t tag, arges_request** out) {
  return submit_file_call(arges::sdk::load_session, session, path, path_length, queue, tag, out);
}

void arges_session_close(arges_session* session) {
  at_boundary([&]() -> arges::Status {
    if (session == nullptr) return {};
    ARGES_ASSIGN_OR_RETURN(const auto conversation, sessions().find(session));
    ARGES_RETURN_IF_ERROR(sessions().release(session));
    conversation->close();
    return {};
  });
}
