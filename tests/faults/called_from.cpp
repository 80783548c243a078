// SPDX-License-Identifier: Apache-2.0
#include "tests/faults/called_from.h"

#include <dlfcn.h>
#include <execinfo.h>

#include <array>
#include <cstring>

namespace arges::faults {

bool is_called_from(const char* library) {
  std::array<void*, 64> frames;
  const int count = backtrace(frames.data(), static_cast<int>(frames.size()));
  for (int i = 0; i < count; ++i) {
    Dl_info info;
    if (dladdr(frames[static_cast<std::size_t>(i)], &info) != 0 && info.dli_fname != nullptr &&
        std::strstr(info.dli_fname, library) != nullptr) {
      return true;
    }
  }
  return false;
}

}  // namespace arges::faults
