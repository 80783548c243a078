// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vision/decode/byte_reader.h"

namespace arges::vision {

// EXIF orientation: where the first stored row and column belong in the upright picture.
// 1: as stored, 2: mirrored left-right, 3: turned by 180°, 4: mirrored top-bottom,
// 5: transposed, 6: to be turned clockwise by 90°, 7: transposed along the other diagonal,
// 8: to be turned counter-clockwise by 90°.
inline constexpr int kUpright = 1;

// The orientation held by a TIFF block (what follows "Exif\0\0" in a JPEG's APP1, the content of
// a PNG's eXIf chunk, or of a WebP's EXIF chunk), from tag 0x0112 of its first directory. A missing
// or malformed value counts as kUpright: a broken note about a picture does not spoil the picture.
int read_exif_orientation(Bytes tiff);

// 5..8 exchange width and height.
inline bool swaps_sides(int orientation) {
  return orientation >= 5;
}

}  // namespace arges::vision
