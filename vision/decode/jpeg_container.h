// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/base/status.h"
#include "vision/decode/byte_reader.h"
#include "vision/decode/image.h"

namespace arges::vision {

struct JpegHeader {
  ImageSize stored;  // as declared; not yet checked against the limits
  int orientation = 1;
};

bool is_jpeg(Bytes bytes);

// Dimensions from the frame header and orientation from the first EXIF block, both before the
// first scan. Reads no picture data. Errors: IMAGE_DECODE.
Result<JpegHeader> read_jpeg_header(Bytes bytes);

// Walks the markers, scan by scan, to the end-of-image marker. Ok when it is reached after 1 to
// max_scans scans and every Huffman table fits its segment: so a cut file, a file of endless
// passes and tables that overrun a decoder's are refused for one look at the bytes.
// Errors: IMAGE_DECODE.
Status check_jpeg_structure(Bytes bytes, int max_scans);

}  // namespace arges::vision
