// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/base/status.h"
#include "kernels/base/stop_check.h"
#include "vision/decode/byte_reader.h"
#include "vision/decode/image.h"
#include "vision/decode/limits.h"

namespace arges::vision {

// What decode_image needs from a decoding library; each build links one implementation of each.
// `stored` is the size in the file's header, within the limits; the result has that size and is
// not yet turned upright. A library that disagrees about the size refuses the file. Messages of
// the library never leave these functions. `stop` is asked where the library lets us. Errors:
// IMAGE_DECODE, OUT_OF_MEMORY_HOST, those of `stop`.

Result<Image> decode_png(Bytes bytes, ImageSize stored, const ImageLimits& limits,
                         const StopCheck& stop);
Result<Image> decode_jpeg(Bytes bytes, ImageSize stored, const ImageLimits& limits,
                          const StopCheck& stop);
Result<Image> decode_webp(Bytes bytes, ImageSize stored, const ImageLimits& limits,
                          const StopCheck& stop);

}  // namespace arges::vision
