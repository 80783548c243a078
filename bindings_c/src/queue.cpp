// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <chrono>
#include <list>
#include <utility>

#include "bindings_c/src/boundary.h"
#include "bindings_c/src/event_struct.h"
#include "bindings_c/src/handles.h"
#include "bindings_c/src/struct_sizes.h"
#include "bindings_c/src/wait_time.h"

namespace arges::bindings {
namespace {

constexpr std::uint32_t kDefaultCapacity = 256;

// The handle is made first: nothing fails once the queue has its callback.
Result<arges_queue*> create_queue(const arges_queue_options* given) {
  arges_queue_options options{};
  if (given != nullptr) {
    ARGES_ASSIGN_OR_RETURN(options, read_struct(given, options));
  }
  const std::uint32_t capacity = options.capacity != 0 ? options.capacity : kDefaultCapacity;
  ARGES_ASSIGN_OR_RETURN(std::shared_ptr<sdk::EventQueue> events,
                         sdk::EventQueue::create(capacity));
  ReservedHandle handle(queues());
  const EventCallback callback{options.callback, options.callback_user, options.release};
  return handle.publish(std::make_shared<EventSource>(std::move(events), callback));
}

// How long a reader still waits; without limit when the caller's timeout is negative.
class Patience {
 public:
  explicit Patience(std::chrono::milliseconds timeout)
      : limited_(timeout.count() >= 0), end_(Clock::now() + timeout) {}

  std::chrono::milliseconds left() const {
    using std::chrono::milliseconds;
    if (!limited_) return milliseconds(-1);
    return std::max(milliseconds(0), std::chrono::ceil<milliseconds>(end_ - Clock::now()));
  }

 private:
  using Clock = std::chrono::steady_clock;

  const bool limited_;
  const Clock::time_point end_;
};

// Both are said without memory: a reader that finds nothing cannot fail for want of it.
arges_status report_no_event(sdk::EventQueue::News news) {
  if (news == sdk::EventQueue::News::kClosed) {
    return report_fixed(StatusCode::kClosed, "the event queue has been closed");
  }
  return report_fixed(StatusCode::kTimeout, "no event came within the time given");
}

// The event's place is made when one is there and before it is taken, so that none can be lost.
arges_status take_event(sdk::EventQueue& events, std::int64_t timeout_ms, arges_event* out) {
  using News = sdk::EventQueue::News;
  const Patience patience(wait_time(timeout_ms));
  News news = events.wait(patience.left());
  for (; news == News::kEvent; news = events.wait(patience.left())) {
    auto event = std::make_shared<sdk::Event>();
    ReservedHandle storage(taken_events());
    std::list<sdk::Event> taken;
    if (events.take(std::chrono::milliseconds(0), taken) != News::kEvent) continue;
    *event = std::move(taken.front());
    taken_events().remove(from_storage(out->storage));
    write_struct(out, describe_event(*event, to_storage(storage.publish(event))));
    return ARGES_OK;
  }
  return report_no_event(news);
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
    ARGES_ASSIGN_OR_RETURN(*out, create_queue(options));
    return {};
  });
}

arges_status arges_queue_next(arges_queue* queue, int64_t timeout_ms, arges_event* event) {
  std::shared_ptr<EventSource> source;
  const arges_status status = at_boundary([&]() -> arges::Status {
    ARGES_ASSIGN_OR_RETURN(source, queues().find(queue));
    ARGES_RETURN_IF_ERROR(check_result_struct(event));
    if (!source->has_callback()) return {};
    return arges::unsupported("this queue gives its events to a callback; make one without");
  });
  if (status != ARGES_OK) return status;
  return at_boundary([&] { return take_event(*source->events(), timeout_ms, event); });
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
    ARGES_RETURN_IF_ERROR(queues().release(queue));
    source->close();
    return {};
  });
}
