// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "bindings_c/include/arges/arges.h"
#include "kernels/base/status.h"
#include "sdk/runtime/generate_options.h"

namespace arges::bindings {

// What arges_generate_options_init writes.
arges_generate_options default_generate_options();

// Copies the caller's arrays and texts; INVALID_ARGUMENT for null arrays and counts over the
// limits of arges.h. Ranges of sampling numbers are the session's to check.
Result<sdk::GenerateOptions> read_generate_options(const arges_generate_options& options);

}  // namespace arges::bindings
