// SPDX-License-Identifier: Apache-2.0
#include "samples/cli/bench/machine.h"

#include <fstream>

#include "sdk/fusion/instruction_set.h"

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

std::string kernel_target() {
  return sdk::kernel_instruction_set();
}

}  // namespace arges::cli
