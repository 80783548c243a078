// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "bindings_c/include/arges/arges.h"
#include "kernels/base/status.h"
#include "sdk/runtime/message.h"

namespace arges::bindings {

// The messages of a caller's array of handles; they share texts and pixels with the caller's.
// INVALID_ARGUMENT for a null array, a handle that is not in use, and more messages or parts than a
// request may have.
Result<std::vector<sdk::Message>> copy_messages(arges_message* const* given, std::uint64_t count);

}  // namespace arges::bindings
