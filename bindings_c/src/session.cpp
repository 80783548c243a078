// SPDX-License-Identifier: Apache-2.0
#include "bindings_c/src/boundary.h"
#include "bindings_c/src/handles.h"

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

void arges_session_close(arges_session* session) {
  at_boundary([&]() -> arges::Status {
    if (session == nullptr) return {};
    ARGES_ASSIGN_OR_RETURN(const auto conversation, sessions().find(session));
    ARGES_RETURN_IF_ERROR(sessions().release(session));
    conversation->close();
    return {};
  });
}
