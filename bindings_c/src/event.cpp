// SPDX-License-Identifier: Apache-2.0
#include "bindings_c/src/boundary.h"
#include "bindings_c/src/event_struct.h"
#include "bindings_c/src/handles.h"
#include "bindings_c/src/struct_sizes.h"

namespace arges::bindings {
namespace {

std::uint64_t microseconds(sdk::RequestTimings::Time time) {
  return static_cast<std::uint64_t>(time.count());
}

}  // namespace

arges_event describe_event(const sdk::Event& event, std::uint64_t storage) {
  const bool failed = event.type == sdk::EventType::kFailed;
  const std::string& text = failed ? event.status.message() : event.text;
  arges_event out{};
  out.struct_size = sizeof out;
  out.type = static_cast<std::uint32_t>(event.type);
  out.tag = event.tag;
  out.status = static_cast<arges_status>(event.status.code());
  out.finish_reason = static_cast<std::uint32_t>(event.finish_reason);
  out.text = text.empty() ? nullptr : text.data();
  out.text_length = text.size();
  out.prompt_tokens = event.prompt_tokens;
  out.prompt_done = event.prompt_done;
  out.generated_tokens = event.generated_tokens;
  out.storage = storage;
  out.queued_us = microseconds(event.timings.queued);
  out.text_us = microseconds(event.timings.text);
  out.images_us = microseconds(event.timings.images);
  out.prefill_us = microseconds(event.timings.prefill);
  out.first_token_us = microseconds(event.timings.first_token);
  out.total_us = microseconds(event.timings.total);
  out.reused_tokens = event.reused_tokens;
  return out;
}

}  // namespace arges::bindings

using namespace arges::bindings;

arges_status arges_event_init(arges_event* event, uint64_t struct_size) {
  return at_boundary([&] { return init_struct(event, struct_size, arges_event{}); });
}

void arges_event_clear(arges_event* event) {
  if (event == nullptr) return;
  at_boundary([&] {
    ARGES_RETURN_IF_ERROR(check_result_struct(event));
    forget_event(event->storage);
    write_struct(event, arges_event{});
    return arges::Status();
  });
}
