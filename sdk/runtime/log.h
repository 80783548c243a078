// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

namespace arges::sdk {

// How much a line of the log matters; the values are the C ABI's ARGES_LOG_*.
enum class LogLevel : std::uint32_t {
  kError = 1,    // something that was asked for does not work
  kWarning = 2,  // it works, in another way than asked for
  kInfo = 3,     // what was done
  kDebug = 4,    // how
};

// Where the process's log goes; none at first. Nothing that a user wrote or showed is in it.
using LogSink = std::function<void(LogLevel level, std::string_view line)>;

// From now on lines of `level` and below it go to `sink`, one at a time; an empty one ends the log.
// Waits for a line that is being written, unless it is called from the sink itself. Any thread.
void set_log(LogSink sink, LogLevel level);

// Whether somebody wants such a line: before one is put together.
bool logs(LogLevel level) noexcept;

// Writes a line, unless from within the sink. Only on a thread that is inside a caller's call
// or opens an engine, and with no lock held: the sink is the caller's code and may take its time.
void log(LogLevel level, std::string_view line) noexcept;

}  // namespace arges::sdk
