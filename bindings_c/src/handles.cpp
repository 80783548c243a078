// SPDX-License-Identifier: Apache-2.0
#include "bindings_c/src/handles.h"

#include <atomic>
#include <string>

#include "bindings_c/src/forked_process.h"

namespace arges::bindings {
namespace {

// Handles look like aligned addresses, which tools and bindings may expect of a pointer.
constexpr std::uintptr_t kHandleStep = 16;
// The first one. Language runtimes take small values in a pointer's place for a damaged pointer: Go
// ends the process at those below 4096.
constexpr std::uintptr_t kFirstHandle = std::uintptr_t{1} << 16;

template <typename Table>
Table& never_destroyed(const char* noun) {
  static Table& table = *new Table(noun);
  return table;
}

}  // namespace

std::uintptr_t next_handle_number() noexcept {
  static std::atomic<std::uintptr_t> next{kFirstHandle};
  watch_for_forks();
  return next.fetch_add(kHandleStep, std::memory_order_relaxed);
}

HandleTable<arges_engine, sdk::Engine>& engines() {
  return never_destroyed<HandleTable<arges_engine, sdk::Engine>>("engine");
}

HandleTable<arges_session, sdk::Session>& sessions() {
  return never_destroyed<HandleTable<arges_session, sdk::Session>>("session");
}

HandleTable<const arges_image, const vision::Image>& images() {
  return never_destroyed<HandleTable<const arges_image, const vision::Image>>("image");
}

HandleTable<arges_message, sdk::Message>& messages() {
  return never_destroyed<HandleTable<arges_message, sdk::Message>>("message");
}

HandleTable<arges_queue, EventSource>& queues() {
  return never_destroyed<HandleTable<arges_queue, EventSource>>("queue");
}

HandleTable<arges_request, sdk::Request>& requests() {
  return never_destroyed<HandleTable<arges_request, sdk::Request>>("request");
}

HandleTable<TakenEvent, sdk::Event>& taken_events() {
  return never_destroyed<HandleTable<TakenEvent, sdk::Event>>("event");
}

Status require_pointer(const void* pointer, const char* name) {
  if (pointer != nullptr) return {};
  return invalid_argument(std::string(name) + " is null; pass its address");
}

}  // namespace arges::bindings
