// SPDX-License-Identifier: Apache-2.0
#include "kernels/base/physical_memory.h"

#include <unistd.h>

namespace arges {

std::int64_t physical_memory_bytes() {
  return static_cast<std::int64_t>(sysconf(_SC_PHYS_PAGES)) * sysconf(_SC_PAGESIZE);
}

}  // namespace arges
