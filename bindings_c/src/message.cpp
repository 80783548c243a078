// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstddef>
#include <iterator>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "bindings_c/src/boundary.h"
#include "bindings_c/src/handles.h"
#include "bindings_c/src/text_length.h"
#include "sdk/runtime/engine_options.h"
#include "vision/decode/limits.h"

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
  if (length > kMaxTextBytes) {
    return invalid_argument("the text has " + std::to_string(length) + " bytes; a part holds at " +
                            "most " + std::to_string(kMaxTextBytes));
  }
  return {};
}

Status check_room(const sdk::Message& message) {
  const std::int64_t limit = sdk::EngineOptions().max_parts_per_request;
  if (std::ssize(message.parts) < limit) return {};
  return invalid_argument("the message has " + std::to_string(limit) +
                          " parts, as many as a request may hold; begin another message");
}

// Files are copied, so a message holds no more of them than a request may.
Status check_room_for_file(const sdk::Message& message) {
  ARGES_RETURN_IF_ERROR(check_room(message));
  const auto is_image = [](const sdk::MessagePart& part) {
    return std::holds_alternative<sdk::MessageImage>(part);
  };
  const std::int64_t limit = sdk::EngineOptions().max_images_per_request;
  if (std::count_if(message.parts.begin(), message.parts.end(), is_image) < limit) return {};
  return invalid_argument("the message has " + std::to_string(limit) +
                          " images, as many as a request may hold; begin another request");
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
    ARGES_RETURN_IF_ERROR(check_room(*target));
    arges::sdk::MessageText part(std::string(text, length));
    ARGES_RETURN_IF_ERROR(part.status());
    target->parts.emplace_back(std::move(part));
    return {};
  });
}

arges_status arges_message_add_image(arges_message* message, const arges_image* image) {
  return at_boundary([&]() -> arges::Status {
    ARGES_ASSIGN_OR_RETURN(const auto target, messages().find(message));
    ARGES_ASSIGN_OR_RETURN(auto picture, images().find(image));
    ARGES_RETURN_IF_ERROR(check_room(*target));
    target->parts.emplace_back(std::move(picture));
    return {};
  });
}

arges_status arges_message_add_image_bytes(arges_message* message, const void* bytes,
                                           uint64_t length) {
  return at_boundary([&]() -> arges::Status {
    ARGES_ASSIGN_OR_RETURN(const auto target, messages().find(message));
    ARGES_RETURN_IF_ERROR(require_pointer(bytes, "bytes"));
    ARGES_RETURN_IF_ERROR(arges::vision::check_compressed_size(length, {}));
    ARGES_RETURN_IF_ERROR(check_room_for_file(*target));
    const auto* first = static_cast<const std::byte*>(bytes);
    target->parts.emplace_back(
        arges::sdk::MessageImage(std::vector<std::byte>(first, first + length)));
    return {};
  });
}

void arges_message_free(arges_message* message) {
  at_boundary([&] { return messages().release(message); });
}
