// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <chrono>
#include <utility>

#include "bindings_c/src/boundary.h"
#include "bindings_c/src/event_struct.h"
#include "bindings_c/src/handles.h"
#include "bindings_c/src/struct_sizes.h"

namespace arges::bindings {
namespace {

constexpr std::uint32_t kDefaultCapacity = 256;
// Some thirty years: far enough for any caller, near enough that a clock can be added to it.
constexpr std::int64_t kLongestWaitMs = 1'000'000'000'000;

Result<std::shared_ptr<EventSource>> create_source(const arges_queue_options* given) {
  arges_queue_options options{};
  if (given != nullptr) {
    ARGES_ASSIGN_OR_RETURN(options, read_struct(given, options));
  }
  const std::uint32_t capacity = options.capacity != 0 ? options.capacity : kDefaultCapacity;
  ARGES_ASSIGN_OR_RETURN(std::shared_ptr<sdk::EventQueue> events,
                         sdk::EventQueue::create(capacity));
  return std::make_shared<EventSource>(std::move(events), options.callback, options.callback_user);
}

// The event's place is made before it is taken, so that none can be lost.
Status take_event(sdk::EventQueue& events, std::int64_t timeout_ms, arges_event* out) {
  const std::int64_t wait_ms = std::clamp<std::int64_t>(timeout_ms, -1, kLongestWaitMs);
  auto event = std::make_shared<sdk::Event>();
  ReservedHandle storage(taken_events());
  ARGES_ASSIGN_OR_RETURN(*event, events.next(std::chrono::milliseconds(wait_ms)));
  taken_events().remove(from_storage(out->storage));
  write_struct(out, describe_event(*event, to_storage(storage.publish(event))));
  return {};
}

}  // namespace
}  // namespace arges::bindings

using namespace arges::bindings;

arges_status arges_queue_options_init(arges_queue_options* options, uint64_t struct_size) {
  return at_boundary([&] { return init_struct(options, struct_size, arges_queue_options{}); });
}

arges_status arges_queue_create(const arges_queue_options* options, arges_queue** out) {
  return at_boundary([&]() -> arges::Status {
    ARGES_RETURN_IF_ERROR(require_pointer(out, "out"));
    ARGES_ASSIGN_OR_RETURN(std::shared_ptr<EventSource> source, create_source(options));
    *out = queues().insert(std::move(source));
    return {};
  });
}

arges_status arges_queue_next(arges_queue* queue, int64_t timeout_ms, arges_event* event) {
  return at_boundary([&]() -> arges::Status {
    ARGES_ASSIGN_OR_RETURN(const auto source, queues().find(queue));
    ARGES_RETURN_IF_ERROR(check_result_struct(event));
    if (source->has_callback()) {
      return arges::unsupported("this queue gives its events to a callback; make one without");
    }
    return take_event(*source->events(), timeout_ms, event);
  });
}

int32_t arges_queue_fd(const arges_queue* queue) {
  int32_t descriptor = -1;
  at_boundary([&]() -> arges::Status {
    ARGES_ASSIGN_OR_RETURN(const auto source, queues().find(queue));
    if (!source->has_callback()) descriptor = source->events()->fd();
    return {};
  });
  return descriptor;
}

void arges_queue_close(arges_queue* queue) {
  at_boundary([&]() -> arges::Status {
    if (queue == nullptr) return {};
    ARGES_ASSIGN_OR_RETURN(const auto source, queues().find(queue));
    if (source->on_callback_thread()) {
      return arges::invalid_argument("a callback must not close its own queue; close it elsewhere");
    }
    ARGES_RETURN_IF_ERROR(queues().release(queue));
    source->close();
    return {};
  });
}
