// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

#include "kernels/base/status.h"

namespace arges::vision {

// Of `rows` rows of caller's pixels: INVALID_ARGUMENT for a distance between them that is shorter
// than a row, or longer than memory can be.
Status check_stride(std::size_t rows, std::size_t row_bytes, std::size_t stride);

}  // namespace arges::vision
