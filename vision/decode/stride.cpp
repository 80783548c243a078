// SPDX-License-Identifier: Apache-2.0
#include "vision/decode/stride.h"

#include <cstdint>
#include <string>

#include "kernels/base/checked_math.h"

namespace arges::vision {

Status check_stride(std::size_t rows, std::size_t row_bytes, std::size_t stride) {
  if (stride < row_bytes) {
    return invalid_argument("the stride is " + std::to_string(stride) + " bytes but a row takes " +
                            std::to_string(row_bytes) +
                            "; pass the distance between rows in bytes");
  }
  // Addresses within the caller's pixels must not wrap around.
  const auto total = checked_mul(rows, stride);
  if (!total || *total > PTRDIFF_MAX) {
    return invalid_argument("the stride is " + std::to_string(stride) +
                            " bytes, more than memory holds; pass the distance between rows");
  }
  return {};
}

}  // namespace arges::vision
