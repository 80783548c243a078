// SPDX-License-Identifier: Apache-2.0
#include "vision/decode/orient.h"

#include <algorithm>
#include <cstddef>
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

// How to walk a stored picture in the order of the upright one: where its first pixel is, and how
// many bytes lie between two of a row, and of a column.
struct Walk {
  const std::uint8_t* first;
  std::ptrdiff_t along_row;
  std::ptrdiff_t down_column;
};

Walk walk_of(const Image& stored, Turn turn) {
  const auto row = static_cast<std::ptrdiff_t>(stored.row_bytes());
  const std::uint8_t* first =
      stored.row(turn.flip_y ? stored.height - 1 : 0) + (turn.flip_x ? row - Image::kChannels : 0);
  const std::ptrdiff_t x = turn.flip_x ? -Image::kChannels : Image::kChannels;
  const std::ptrdiff_t y = turn.flip_y ? -row : row;
  return turn.swap ? Walk{first, y, x} : Walk{first, x, y};
}

// Squares of pixels whose stored rows fit the first-level cache, whichever way they are walked.
constexpr int kBlock = 64;

// The part of row y from column x on.
void copy_stretch(const Walk& walk, int y, int x, Image& upright) {
  const std::uint8_t* in = walk.first + y * walk.down_column + x * walk.along_row;
  std::uint8_t* out = upright.row(y) + std::ptrdiff_t{x} * Image::kChannels;
  for (int end = std::min(x + kBlock, upright.width); x < end; ++x) {
    std::memcpy(out, in, Image::kChannels);
    in += walk.along_row;
    out += Image::kChannels;
  }
}

}  // namespace

Result<Image> orient(Image stored, int orientation) {
  if (orientation == kUpright) return stored;
  const Turn turn = kTurns[orientation - 1];
  ARGES_ASSIGN_OR_RETURN(Image upright, turn.swap ? allocate_image(stored.width, stored.height)
                                                  : allocate_image(stored.height, stored.width));
  const Walk walk = walk_of(stored, turn);
  for (int top = 0; top < upright.height; top += kBlock) {
    const int bottom = std::min(top + kBlock, upright.height);
    for (int x = 0; x < upright.width; x += kBlock) {
      for (int y = top; y < bottom; ++y) copy_stretch(walk, y, x, upright);
    }
  }
  return upright;
}

}  // namespace arges::vision
