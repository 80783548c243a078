// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace arges::faults {

// Whether a shared library whose path has `library` in it is among the calling function's callers.
// Needs no memory once it has been called.
bool is_called_from(const char* library);

}  // namespace arges::faults
