// SPDX-License-Identifier: Apache-2.0
#include "samples/cli/machine.h"

#include "kernels/cpu/targets.h"
// Highway's headers follow the list of targets.
#include <hwy/targets.h>

#include <fstream>

namespace arges::cli {

std::string cpu_model() {
  std::ifstream info("/proc/cpuinfo");
  for (std::string line; std::getline(info, line);) {
    const std::size_t colon = line.find(": ");
    if (line.starts_with("model name") && colon != std::string::npos) {
      return line.substr(colon + 2);
    }
  }
  return "unknown processor";
}

// The same choice as Highway's dispatch: the best of the targets compiled, the lowest bit.
std::string kernel_target() {
  const auto usable = static_cast<std::uint64_t>(HWY_TARGETS & hwy::SupportedTargets());
  return hwy::TargetName(static_cast<std::int64_t>(usable & (~usable + 1)));
}

}  // namespace arges::cli
