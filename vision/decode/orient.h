// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/base/status.h"
#include "vision/decode/image.h"

namespace arges::vision {

// The upright picture for a stored picture and its EXIF orientation (1..8, see exif.h).
// Errors: OUT_OF_MEMORY_HOST.
Result<Image> orient(Image stored, int orientation);

}  // namespace arges::vision
