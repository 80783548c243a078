// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "kernels/backend.h"

namespace arges::cli {

// The vectorised backend, which also counts the distinct experts that each expert_ffn reads: what
// a decode step with several sequences has to fetch depends on them. One run at a time.
const kernels::Backend& counting_backend();

// Distinct experts of all calls since the last time this was asked.
std::int64_t take_expert_count();

}  // namespace arges::cli
