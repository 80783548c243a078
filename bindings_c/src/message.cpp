// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <string_view>

#include "bindings_c/src/boundary.h"
#include "bindings_c/src/handles.h"
#include "language/text/text_limits.h"
#include "language/text/utf8.h"

namespace arges::bindings {
namespace {

Result<language::Role> role_from(std::uint32_t role) {
  switch (role) {
    case ARGES_ROLE_SYSTEM:
      return language::Role::kSystem;
    case ARGES_ROLE_USER:
      return language::Role::kUser;
    case ARGES_ROLE_ASSISTANT:
      return language::Role::kAssistant;
    default:
      break;
  }
  return invalid_argument("the role " + std::to_string(role) +
                          " is unknown; use one of ARGES_ROLE_*");
}

Status check_text(const char* text, std::uint64_t length) {
  ARGES_RETURN_IF_ERROR(require_pointer(text, "text"));
  const std::uint64_t limit = language::TextLimits().max_text_bytes;
  if (length > limit) {
    return invalid_argument("the text has " + std::to_string(length) + " bytes; a part holds at " +
                            "most " + std::to_string(limit));
  }
  return language::check_utf8({text, length}, "the text");
}

}  // namespace
}  // namespace arges::bindings

using namespace arges::bindings;

arges_status arges_message_create(uint32_t role, arges_message** out) {
  return at_boundary([&]() -> arges::Status {
    ARGES_RETURN_IF_ERROR(require_pointer(out, "out"));
    auto message = std::make_shared<arges::sdk::Message>();
    ARGES_ASSIGN_OR_RETURN(message->role, role_from(role));
    *out = messages().insert(std::move(message));
    return {};
  });
}

arges_status arges_message_add_text(arges_message* message, const char* text, uint64_t length) {
  return at_boundary([&]() -> arges::Status {
    ARGES_ASSIGN_OR_RETURN(const auto target, messages().find(message));
    ARGES_RETURN_IF_ERROR(check_text(text, length));
    target->parts.emplace_back(std::string(text, length));
    return {};
  });
}

arges_status arges_message_add_image(arges_message* message, const arges_image* image) {
  return at_boundary([&]() -> arges::Status {
    ARGES_ASSIGN_OR_RETURN(const auto target, messages().find(message));
    ARGES_ASSIGN_OR_RETURN(auto picture, images().find(image));
    target->parts.emplace_back(std::move(picture));
    return {};
  });
}

void arges_message_free(arges_message* message) {
  at_boundary([&] { return messages().release(message); });
}
