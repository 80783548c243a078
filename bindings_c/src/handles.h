// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>

#include "bindings_c/include/arges/arges.h"
#include "bindings_c/src/event_source.h"
#include "bindings_c/src/handle_table.h"
#include "sdk/runtime/engine.h"
#include "sdk/runtime/event.h"
#include "sdk/runtime/message.h"
#include "vision/decode/image.h"

namespace arges::bindings {

// One table for each kind of handle. They are never destroyed: a thread that still runs while the
// process exits finds them whole.
HandleTable<arges_engine, sdk::Engine>& engines();
HandleTable<arges_session, sdk::Session>& sessions();
HandleTable<const arges_image, const vision::Image>& images();
HandleTable<arges_message, sdk::Message>& messages();
HandleTable<arges_queue, EventSource>& queues();
HandleTable<arges_request, sdk::Request>& requests();
// The events whose text callers' event structs point to. Their handles are arges_event.storage, a
// number there too: a struct in a language's own memory holds nothing that looks like a pointer.
struct TakenEvent;
HandleTable<TakenEvent, sdk::Event>& taken_events();
inline std::uint64_t to_storage(const TakenEvent* handle) {
  return reinterpret_cast<std::uintptr_t>(handle);
}
inline const TakenEvent* from_storage(std::uint64_t storage) {
  return reinterpret_cast<const TakenEvent*>(static_cast<std::uintptr_t>(storage));
}
// The struct that had this storage holds its event no more. 0, of a struct without one, costs no
// look into the table.
inline void forget_event(std::uint64_t storage) {
  if (storage != 0) taken_events().remove(from_storage(storage));
}

// INVALID_ARGUMENT naming the parameter when a pointer is null.
Status require_pointer(const void* pointer, const char* name);

}  // namespace arges::bindings
