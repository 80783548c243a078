// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "kernels/base/status.h"
#include "vision/decode/image.h"

namespace arges::vision {

// What a picture may ask of us. Every field is checked against the declared size, before any
// memory proportional to it is taken. The defaults are those of reliability.md §3.2.
struct ImageLimits {
  std::size_t compressed_bytes = std::size_t{20} << 20;  // size of the picture file
  int side = 16384;                                      // pixels along either side
  std::int64_t pixels = 40'000'000;                      // height × width
  int aspect = 200;      // long side ÷ short side; so 1×200 passes and 1×16384 is refused
  int jpeg_scans = 100;  // passes over the picture in one JPEG
  std::array<std::uint8_t, 3> background = {255, 255, 255};  // RGB shown through transparency
};

// IMAGE_DECODE for a picture file of more bytes than the limit.
Status check_compressed_size(std::uint64_t bytes, const ImageLimits& limits);

// Ok when a picture of these dimensions is within the limits. Otherwise a status of the given
// code whose sentence names the limit: IMAGE_DECODE for files, INVALID_ARGUMENT for raw pixels.
Status check_dimensions(std::int64_t height, std::int64_t width, const ImageLimits& limits,
                        StatusCode code);

// Black picture; OUT_OF_MEMORY_HOST when there is no memory for it. Precondition: the dimensions
// passed check_dimensions.
Result<Image> allocate_image(int height, int width);

}  // namespace arges::vision
