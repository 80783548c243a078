// SPDX-License-Identifier: Apache-2.0
#include "sdk/runtime/log.h"

#include <string>

#include "bindings_c/src/boundary.h"
#include "bindings_c/src/handles.h"

namespace arges::bindings {
namespace {

Result<sdk::LogLevel> log_level(std::uint32_t level) {
  if (level == 0) return sdk::LogLevel::kWarning;
  if (level <= ARGES_LOG_DEBUG) return static_cast<sdk::LogLevel>(level);
  return invalid_argument("the log level " + std::to_string(level) +
                          " is unknown; use one of ARGES_LOG_*");
}

sdk::LogSink sink_of(arges_log_fn log, void* user) {
  if (log == nullptr) return {};
  return [log, user](sdk::LogLevel level, std::string_view line) {
    log(user, static_cast<std::uint32_t>(level), line.data(), line.size());
  };
}

}  // namespace
}  // namespace arges::bindings

using namespace arges::bindings;

arges_status arges_set_log(arges_log_fn log, void* user, uint32_t level) {
  return at_boundary([&]() -> arges::Status {
    ARGES_ASSIGN_OR_RETURN(const arges::sdk::LogLevel least, log_level(level));
    watch_for_forks();
    arges::sdk::set_log(sink_of(log, user), least);
    return {};
  });
}
