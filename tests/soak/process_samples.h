// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace arges::soak {

// What a process holds at a moment.
struct Sample {
  std::int64_t seconds = 0;  // since the start
  std::int64_t resident_kib = 0;
  std::int64_t descriptors = 0;
  std::int64_t threads = 0;
};

// This process, as /proc says.
Sample take_sample(std::int64_t seconds);

// Why the samples show a trend; empty when they are flat. The first third is warm-up: then the
// median resident memory of the last third may lie at most 4 MiB and 1 % above that of the middle
// third, and descriptors and threads may not go beyond their highest of the middle third.
// Precondition: six samples at least.
std::string find_trend(const std::vector<Sample>& samples);

}  // namespace arges::soak
