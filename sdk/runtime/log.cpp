// SPDX-License-Identifier: Apache-2.0
#include "sdk/runtime/log.h"

#include <atomic>
#include <mutex>
#include <utility>

namespace arges::sdk {
namespace {

struct Log {
  std::recursive_mutex mutex;  // recursive: a sink may set another
  LogSink sink;
  std::atomic<std::uint32_t> level{0};
};

// Never destroyed: a thread that still runs while the process exits finds it whole.
Log& the_log() {
  static Log& log = *new Log;
  return log;
}

thread_local bool inside_sink = false;

class InsideSink {
 public:
  InsideSink() { inside_sink = true; }
  ~InsideSink() { inside_sink = false; }
  InsideSink(const InsideSink&) = delete;
  InsideSink& operator=(const InsideSink&) = delete;
};

}  // namespace

void set_log(LogSink sink, LogLevel level) {
  Log& log = the_log();
  const std::lock_guard lock(log.mutex);
  log.level = sink ? static_cast<std::uint32_t>(level) : 0;
  log.sink = std::move(sink);
}

bool logs(LogLevel level) noexcept {
  return static_cast<std::uint32_t>(level) <= the_log().level;
}

void log(LogLevel level, std::string_view line) noexcept {
  if (inside_sink || !logs(level)) return;
  try {
    Log& log = the_log();
    const std::lock_guard lock(log.mutex);
    if (!logs(level)) return;       // another sink was set meanwhile
    const LogSink sink = log.sink;  // it may set another while it runs
    const InsideSink inside;
    if (sink) sink(level, line);
  } catch (...) {  // a line is lost; nothing else is
  }
}

}  // namespace arges::sdk
