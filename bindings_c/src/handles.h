// SPDX-License-Identifier: Apache-2.0
#pragma once

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
// The events whose text callers' event structs point to, as arges_event.storage.
HandleTable<void, sdk::Event>& taken_events();

// INVALID_ARGUMENT naming the parameter when a pointer is null.
Status require_pointer(const void* pointer, const char* name);

}  // namespace arges::bindings
