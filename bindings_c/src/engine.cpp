// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <string>
#include <utility>

#include "bindings_c/src/boundary.h"
#include "bindings_c/src/engine_handle.h"
#include "bindings_c/src/engine_settings.h"
#include "bindings_c/src/forked_process.h"
#include "bindings_c/src/handles.h"
#include "bindings_c/src/opening.h"
#include "bindings_c/src/struct_sizes.h"
#include "sdk/fusion/vision_language_model.h"
#include "sdk/runtime/request_checks.h"

namespace arges::bindings {
namespace {

Result<EngineSettings> copy_options(const arges_engine_options* given) {
  ARGES_ASSIGN_OR_RETURN(const arges_engine_options options,
                         read_struct(given, arges_engine_options{}));
  return read_engine_options(options);
}

Result<std::shared_ptr<sdk::Engine>> open_engine(const EngineSettings& settings) {
  ARGES_ASSIGN_OR_RETURN(auto model, sdk::VisionLanguageModel::open(settings.model));
  return sdk::Engine::create(std::move(model), settings.engine);
}

Result<std::shared_ptr<Opening>> start_opening(EngineSettings settings, const EventSource& queue,
                                               std::uint64_t tag) {
  if (settings.model.progress) {
    return invalid_argument("progress must be null; the queue's events take its place");
  }
  const auto open = [settings = std::move(settings)](sdk::LoadProgress progress) {
    EngineSettings reporting = settings;
    reporting.model.progress = std::move(progress);
    return open_engine(reporting);
  };
  return Opening::start(open, queue.events(), tag);
}

arges_model_info describe_model(const sdk::Model& model) {
  arges_model_info info{};
  info.supports_images = sdk::check_takes_images(model).ok() ? 1 : 0;
  info.max_context = static_cast<std::uint64_t>(model.max_context());
  info.vocab_size = static_cast<std::uint64_t>(model.vocab_size());
  info.session_state_bytes = static_cast<std::uint64_t>(model.state_bytes());
  info.kv_bytes_per_token = static_cast<std::uint64_t>(model.kv_bytes_per_token());
  return info;
}

// A text in a field of fixed size: cut at a code point, the rest of the field zero.
template <std::size_t size>
void write_text(const std::string& text, char (&field)[size]) {
  std::size_t length = std::min(text.size(), size - 1);
  const auto is_inside = [&](std::size_t at) {
    return at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80;
  };
  while (length > 0 && is_inside(length)) --length;
  text.copy(field, length);
}

arges_engine_info describe_engine(const sdk::Engine& engine) {
  const sdk::ModelFacts& facts = engine.model().facts();
  arges_engine_info info{};
  info.threads = static_cast<std::uint32_t>(facts.threads);
  info.device_index = static_cast<std::uint32_t>(facts.device_index);
  info.prefill_chunk = static_cast<std::uint32_t>(engine.options().prefill_chunk);
  write_text(facts.device, info.device);
  write_text(facts.device_reason, info.device_reason);
  write_text(facts.instruction_set, info.instruction_set);
  write_text(facts.weight_format, info.weight_format);
  info.weight_bytes = static_cast<std::uint64_t>(facts.weight_bytes);
  return info;
}

arges_stats describe_stats(const sdk::EngineStats& stats) {
  const auto count = [](std::int64_t value) { return static_cast<std::uint32_t>(value); };
  const auto total = [](std::int64_t value) { return static_cast<std::uint64_t>(value); };
  arges_stats out{};
  out.sessions = count(stats.sessions);
  out.preparing = count(stats.preparing);
  out.prefilling = count(stats.prefilling);
  out.decoding = count(stats.decoding);
  out.paused = count(stats.paused);
  out.done = total(stats.done);
  out.cancelled = total(stats.cancelled);
  out.failed = total(stats.failed);
  out.prompt_tokens = total(stats.prompt_tokens);
  out.generated_tokens = total(stats.generated_tokens);
  out.images_encoded = total(stats.images_encoded);
  out.steps = total(stats.steps);
  out.step_us = total(stats.step_time.count());
  out.weight_bytes = total(stats.weight_bytes);
  out.workspace_bytes = total(stats.workspace_bytes);
  out.session_bytes = total(stats.session_bytes);
  out.request_bytes = total(stats.request_bytes);
  out.checkpoint_bytes = total(stats.checkpoint_bytes);
  out.images_cached = total(stats.images_cached);
  out.reused_tokens = total(stats.reused_tokens);
  return out;
}

}  // namespace

arges_engine* wrap_engine(std::shared_ptr<sdk::Engine> engine) {
  return engines().insert(std::move(engine));
}

}  // namespace arges::bindings

using namespace arges::bindings;

arges_status arges_engine_options_init(arges_engine_options* options, uint64_t struct_size) {
  return at_boundary([&] { return init_struct(options, struct_size, arges_engine_options{}); });
}

arges_status arges_engine_open(const arges_engine_options* options, arges_engine** out) {
  return at_boundary([&]() -> arges::Status {
    watch_for_forks();  // a process may fork while its first engine is being loaded
    ARGES_RETURN_IF_ERROR(require_pointer(out, "out"));
    ARGES_ASSIGN_OR_RETURN(const EngineSettings settings, copy_options(options));
    ARGES_ASSIGN_OR_RETURN(auto engine, open_engine(settings));
    *out = wrap_engine(std::move(engine));
    return {};
  });
}

arges_status arges_engine_open_async(const arges_engine_options* options, arges_queue* queue,
                                     uint64_t tag, arges_request** out) {
  return at_boundary([&]() -> arges::Status {
    ARGES_RETURN_IF_ERROR(require_pointer(out, "out"));
    ARGES_ASSIGN_OR_RETURN(EngineSettings settings, copy_options(options));
    ARGES_ASSIGN_OR_RETURN(const auto source, queues().find(queue));
    ReservedHandle handle(requests());
    ARGES_ASSIGN_OR_RETURN(auto opening, start_opening(std::move(settings), *source, tag));
    *out = handle.publish(std::move(opening));
    return {};
  });
}

void arges_engine_close(arges_engine* engine) {
  at_boundary([&]() -> arges::Status {
    if (engine == nullptr) return {};
    ARGES_ASSIGN_OR_RETURN(const auto owner, engines().find(engine));
    ARGES_RETURN_IF_ERROR(engines().release(engine));
    owner->close();  // now, whoever else is inside a call on the engine
    return {};
  });
}

arges_status arges_engine_model_info(const arges_engine* engine, arges_model_info* info) {
  return at_boundary([&]() -> arges::Status {
    ARGES_ASSIGN_OR_RETURN(const auto owner, engines().find(engine));
    ARGES_RETURN_IF_ERROR(check_result_struct(info));
    write_struct(info, describe_model(owner->model()));
    return {};
  });
}

arges_status arges_engine_get_info(const arges_engine* engine, arges_engine_info* info) {
  return at_boundary([&]() -> arges::Status {
    ARGES_ASSIGN_OR_RETURN(const auto owner, engines().find(engine));
    ARGES_RETURN_IF_ERROR(check_result_struct(info));
    write_struct(info, describe_engine(*owner));
    return {};
  });
}

arges_status arges_engine_stats(const arges_engine* engine, arges_stats* stats) {
  return at_boundary([&]() -> arges::Status {
    ARGES_ASSIGN_OR_RETURN(const auto owner, engines().find(engine));
    ARGES_RETURN_IF_ERROR(check_result_struct(stats));
    write_struct(stats, describe_stats(owner->stats()));
    return {};
  });
}
