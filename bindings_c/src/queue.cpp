// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <chrono>
#include <new>
#include <optional>
#include <string>
#include <utility>
#include <vector>

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

// An array of event structs as the caller knows them.
class EventArray {
 public:
  // INVALID_ARGUMENT unless the first of them is usable.
  static Result<EventArray> create(arges_event* first, std::uint64_t capacity) {
    ARGES_RETURN_IF_ERROR(check_result_struct(first));
    if (capacity < 1 || capacity > sdk::EventQueue::kMaxCapacity) {
      return invalid_argument("the capacity is " + std::to_string(capacity) +
                              "; it must be 1 to 65536");
    }
    return EventArray(first, capacity);
  }
  arges_event* at(std::uint64_t index) const {
    return reinterpret_cast<arges_event*>(first_ + index * stride_);
  }
  // How many structs can be filled, `most` (>= 1) at most: no more are looked at, as few of a large
  // array are filled in most calls.
  std::size_t usable(std::size_t most) const {
    const std::size_t end = std::min<std::uint64_t>(most, capacity_);
    std::size_t count = 1;
    while (count < end && read_struct_size(at(count)) == stride_) ++count;
    return count;
  }

 private:
  EventArray(arges_event* first, std::uint64_t capacity)
      : first_(reinterpret_cast<char*>(first)),
        stride_(read_struct_size(first)),
        capacity_(capacity) {}

  char* first_;
  std::uint64_t stride_;
  std::uint64_t capacity_;
};

// Where an event stays whose text a caller's struct points to.
struct Place {
  std::shared_ptr<sdk::Event> event = std::make_shared<sdk::Event>();
  ReservedHandle<TakenEvent, sdk::Event> storage{taken_events()};
};

// At least one; as many of `most` as there is memory for.
std::vector<Place> make_places(std::size_t most) {
  std::vector<Place> places(1);
  try {
    while (places.size() < most) places.emplace_back();
  } catch (const std::bad_alloc&) {  // the rest waits for the next call
  }
  return places;
}

void give(sdk::Event&& event, Place& place, arges_event* out) {
  *place.event = std::move(event);
  forget_event(out->storage);
  write_struct(out, describe_event(*place.event, to_storage(place.storage.publish(place.event))));
}

// Takes events that are there, as many as the array and the memory have places for. Those are made
// first, so that none can be lost.
sdk::EventQueue::News take_present(sdk::EventQueue& events, const EventArray& out,
                                   std::uint64_t& count) {
  using News = sdk::EventQueue::News;
  std::vector<Place> places = make_places(out.usable(events.size()));
  sdk::EventQueue::Slots taken;
  const News news = events.take(std::chrono::milliseconds(0), places.size(), taken);
  count = 0;
  for (sdk::Event& event : taken) {
    give(std::move(event), places[count], out.at(count));
    ++count;
  }
  return news;
}

// Waits without making a place: a reader that finds nothing needs no memory.
arges_status take_events(sdk::EventQueue& events, std::int64_t timeout_ms, const EventArray& out,
                         std::uint64_t& count) {
  using News = sdk::EventQueue::News;
  const Patience patience(wait_time(timeout_ms));
  News news = events.wait(patience.left());
  while (news == News::kEvent) {
    if (take_present(events, out, count) == News::kEvent) return ARGES_OK;
    news = events.wait(patience.left());  // another reader was faster
  }
  return report_no_event(news);
}

Result<std::shared_ptr<EventSource>> pulled_queue(const arges_queue* queue) {
  ARGES_ASSIGN_OR_RETURN(auto source, queues().find(queue));
  if (!source->has_callback()) return source;
  return unsupported("this queue gives its events to a callback; make one without");
}

// What both ways to read a queue do.
arges_status next_events(arges_queue* queue, std::int64_t timeout_ms, arges_event* events,
                         std::uint64_t capacity, std::uint64_t* count) {
  std::shared_ptr<EventSource> source;
  std::optional<EventArray> array;
  const arges_status status = at_boundary([&]() -> arges::Status {
    ARGES_ASSIGN_OR_RETURN(source, pulled_queue(queue));
    ARGES_ASSIGN_OR_RETURN(array, EventArray::create(events, capacity));
    return require_pointer(count, "count");
  });
  if (status != ARGES_OK) return status;
  return at_boundary([&] {
    std::uint64_t taken = 0;
    const arges_status news = take_events(*source->events(), timeout_ms, *array, taken);
    if (news == ARGES_OK) *count = taken;
    return news;
  });
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
  std::uint64_t count = 0;
  return next_events(queue, timeout_ms, event, 1, &count);
}

arges_status arges_queue_next_many(arges_queue* queue, int64_t timeout_ms, arges_event* events,
                                   uint64_t capacity, uint64_t* count) {
  return next_events(queue, timeout_ms, events, capacity, count);
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
