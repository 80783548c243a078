// SPDX-License-Identifier: Apache-2.0
#include "bindings_c/src/boundary.h"
#include "bindings_c/src/handles.h"
#include "bindings_c/src/struct_sizes.h"

using namespace arges::bindings;

arges_status arges_session_create(arges_engine* engine, arges_session** out) {
  return at_boundary([&]() -> arges::Status {
    ARGES_ASSIGN_OR_RETURN(const auto owner, engines().find(engine));
    ARGES_RETURN_IF_ERROR(require_pointer(out, "out"));
    ARGES_ASSIGN_OR_RETURN(auto session, owner->create_session());
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

void arges_session_close(arges_session* session) {
  at_boundary([&]() -> arges::Status {
    if (session == nullptr) return {};
    ARGES_ASSIGN_OR_RETURN(const auto conversation, sessions().find(session));
    ARGES_RETURN_IF_ERROR(sessions().release(session));
    conversation->close();
    return {};
  });
}
