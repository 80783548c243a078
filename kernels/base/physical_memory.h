// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace arges {

// Bytes of memory that the machine has.
std::int64_t physical_memory_bytes();

}  // namespace arges
