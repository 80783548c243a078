// SPDX-License-Identifier: Apache-2.0
#include "bindings_c/src/engine_settings.h"

#include <cstdint>
#include <string>

#include "bindings_c/src/short_text.h"
#include "kernels/base/thread_pool.h"

namespace arges::bindings {
namespace {

constexpr std::uint64_t kMaxDeviceBytes = 64;
constexpr std::uint64_t kMaxThreads = ThreadPool::kMaxThreads;
constexpr std::uint64_t kMaxContext = 1'000'000'000;
constexpr std::uint64_t kMaxPrefillChunk = 8192;
constexpr std::uint64_t kMaxSessions = 65'536;
constexpr std::uint64_t kMaxBudget = std::uint64_t{1} << 62;

// A number where 0 stands for `fallback`.
Result<std::int64_t> read_number(std::uint64_t value, std::int64_t fallback, std::uint64_t limit,
                                 const char* name) {
  if (value == 0) return fallback;
  if (value <= limit) return static_cast<std::int64_t>(value);
  return invalid_argument(std::string(name) + " is " + std::to_string(value) +
                          "; it must be at most " + std::to_string(limit));
}

// An exception out of the caller's C++ code stops the loading.
std::function<bool(std::uint64_t, std::uint64_t)> progress_of(const arges_engine_options& options) {
  if (options.progress == nullptr) return {};
  return [callback = options.progress, user = options.progress_user](std::uint64_t done,
                                                                     std::uint64_t total) {
    try {
      return callback(user, done, total) == 0;
    } catch (...) {
      return false;
    }
  };
}

Result<sdk::FileAccess> file_access(std::uint32_t files) {
  if (files == 0 || files == ARGES_FILES_MAP) return sdk::FileAccess::kMap;
  if (files == ARGES_FILES_READ) return sdk::FileAccess::kRead;
  return invalid_argument("files is " + std::to_string(files) + "; use one of ARGES_FILES_*");
}

Status read_model_options(const arges_engine_options& options, sdk::ModelOpenOptions& out) {
  ARGES_ASSIGN_OR_RETURN(out.path, read_short_text(options.model_path, options.model_path_length,
                                                   kMaxPathBytes, "model_path"));
  if (options.device != nullptr) {
    ARGES_ASSIGN_OR_RETURN(out.device, read_short_text(options.device, options.device_length,
                                                       kMaxDeviceBytes, "device"));
  }
  if (options.weight_format != nullptr) {
    ARGES_ASSIGN_OR_RETURN(out.weight_format,
                           read_short_text(options.weight_format, options.weight_format_length,
                                           kMaxDeviceBytes, "weight_format"));
  }
  ARGES_ASSIGN_OR_RETURN(out.access, file_access(options.files));
  out.device_index = options.device_index;
  ARGES_ASSIGN_OR_RETURN(out.memory_budget,
                         read_number(options.memory_budget, 0, kMaxBudget, "memory_budget"));
  ARGES_ASSIGN_OR_RETURN(out.device_budget,
                         read_number(options.device_budget, 0, kMaxBudget, "device_budget"));
  ARGES_ASSIGN_OR_RETURN(const std::int64_t threads,
                         read_number(options.threads, 0, kMaxThreads, "threads"));
  out.threads = static_cast<int>(threads);
  ARGES_ASSIGN_OR_RETURN(out.max_context,
                         read_number(options.max_context, 0, kMaxContext, "max_context"));
  out.progress = progress_of(options);
  return {};
}

}  // namespace

Result<EngineSettings> read_engine_options(const arges_engine_options& options) {
  EngineSettings settings;
  ARGES_RETURN_IF_ERROR(read_model_options(options, settings.model));
  const sdk::EngineOptions defaults;
  ARGES_ASSIGN_OR_RETURN(settings.engine.prefill_chunk,
                         read_number(options.prefill_chunk, defaults.prefill_chunk,
                                     kMaxPrefillChunk, "prefill_chunk"));
  ARGES_ASSIGN_OR_RETURN(
      settings.engine.max_sessions,
      read_number(options.max_sessions, defaults.max_sessions, kMaxSessions, "max_sessions"));
  ARGES_ASSIGN_OR_RETURN(
      settings.engine.checkpoint_budget,
      read_number(options.checkpoint_budget, 0, kMaxBudget, "checkpoint_budget"));
  return settings;
}

}  // namespace arges::bindings
