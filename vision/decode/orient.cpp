// SPDX-License-Identifier: Apache-2.0
#include "vision/decode/orient.h"

#include <cstring>

#include "vision/decode/exif.h"
#include "vision/decode/limits.h"

namespace arges::vision {
namespace {

// Where an upright pixel is stored: swap the coordinates first, then count from the far end.
struct Turn {
  bool swap;
  bool flip_x;
  bool flip_y;
};

constexpr Turn kTurns[] = {
    {false, false, false},  // 1
    {false, true, false},   // 2
    {false, true, true},    // 3
    {false, false, true},   // 4
    {true, false, false},   // 5
    {true, false, true},    // 6
    {true, true, true},     // 7
    {true, true, false},    // 8
};

}  // namespace

Result<Image> orient(Image stored, int orientation) {
  if (orientation == kUpright) return stored;
  const Turn turn = kTurns[orientation - 1];
  ARGES_ASSIGN_OR_RETURN(Image upright, turn.swap ? allocate_image(stored.width, stored.height)
                                                  : allocate_image(stored.height, stored.width));
  for (int y = 0; y < upright.height; ++y) {
    std::uint8_t* out = upright.row(y);
    for (int x = 0; x < upright.width; ++x, out += Image::kChannels) {
      int source_x = turn.swap ? y : x;
      int source_y = turn.swap ? x : y;
      if (turn.flip_x) source_x = stored.width - 1 - source_x;
      if (turn.flip_y) source_y = stored.height - 1 - source_y;
      std::memcpy(out, stored.row(source_y) + source_x * Image::kChannels, Image::kChannels);
    }
  }
  return upright;
}

}  // namespace arges::vision
