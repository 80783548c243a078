// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/base/status.h"
#include "vision/decode/byte_reader.h"
#include "vision/decode/image.h"

namespace arges::vision {

struct WebpHeader {
  ImageSize stored;  // as declared; not yet checked against the limits
  int orientation = 1;
};

bool is_webp(Bytes bytes);

// Dimensions from the first chunk and orientation from the EXIF chunk of an extended file. Reads no
// picture data. A file that ends early may still have a header; decoding it will fail.
// Errors: IMAGE_DECODE, for animations too.
Result<WebpHeader> read_webp_header(Bytes bytes);

// The file without what follows it. Ok when all of it is there and no chunk leaves it, so that a
// cut file is refused for one look at the bytes. Errors: IMAGE_DECODE.
Result<Bytes> check_webp_structure(Bytes bytes);

}  // namespace arges::vision
