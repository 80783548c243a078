// SPDX-License-Identifier: Apache-2.0
#include "samples/cli/meter.h"

#include <unistd.h>

#include <cstdio>
#include <utility>

namespace arges::cli {

Meter::Meter(std::string label) : label_(std::move(label)), terminal_(isatty(STDERR_FILENO) == 1) {}

Meter::~Meter() {
  if (percent_ >= 0) std::fputs("\r\x1b[K", stderr);
}

void Meter::show(std::uint64_t done, std::uint64_t total) {
  if (!terminal_ || total == 0) return;
  const int percent =
      static_cast<int>(100.0 * static_cast<double>(done) / static_cast<double>(total));
  if (percent == percent_) return;
  percent_ = percent;
  std::fprintf(stderr, "\r%s %d %%", label_.c_str(), percent);
}

}  // namespace arges::cli
