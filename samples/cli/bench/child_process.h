// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace arges::cli {

// How a child process went.
struct ChildRun {
  double seconds = 0;           // from start to end
  std::int64_t peak_bytes = 0;  // its largest resident size, and at least that of this process
  int exit_status = 0;          // -1 when a signal ended it
};

// Runs a program with its standard output thrown away and waits for it. arguments[0] is its path.
// Throws Failure when it cannot be started.
ChildRun run_child(const std::vector<std::string>& arguments);

}  // namespace arges::cli
