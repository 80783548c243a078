// SPDX-License-Identifier: Apache-2.0
#include "bindings_c/src/message_list.h"

#include <iterator>
#include <string>

#include "bindings_c/src/handles.h"
#include "sdk/runtime/engine_options.h"

namespace arges::bindings {
namespace {

constexpr std::uint64_t kMaxMessages = 4096;

}  // namespace

Result<std::vector<sdk::Message>> copy_messages(arges_message* const* given, std::uint64_t count) {
  ARGES_RETURN_IF_ERROR(require_pointer(given, "messages"));
  if (count == 0 || count > kMaxMessages) {
    return invalid_argument("a request has " + std::to_string(count) +
                            " messages; it must have 1 to " + std::to_string(kMaxMessages));
  }
  const std::int64_t limit = sdk::EngineOptions().max_parts_per_request;
  std::vector<sdk::Message> copies;
  copies.reserve(count);
  std::int64_t parts = 0;
  for (std::uint64_t i = 0; i < count; ++i) {
    ARGES_ASSIGN_OR_RETURN(const auto message, messages().find(given[i]));
    parts += std::ssize(message->parts);
    if (parts > limit) {
      return invalid_argument("a request may hold at most " + std::to_string(limit) + " parts");
    }
    copies.push_back(*message);
  }
  return copies;
}

}  // namespace arges::bindings
