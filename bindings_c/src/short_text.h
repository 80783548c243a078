// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "kernels/base/status.h"

namespace arges::bindings {

constexpr std::uint64_t kMaxPathBytes = 4096;

// A copy of a path or a name, UTF-8 or not. INVALID_ARGUMENT, naming the parameter, for a null
// pointer, for none or more than `limit` bytes, and for one that is 0.
Result<std::string> read_short_text(const char* text, std::uint64_t length, std::uint64_t limit,
                                    const char* name);

}  // namespace arges::bindings
