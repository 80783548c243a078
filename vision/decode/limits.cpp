// SPDX-License-Identifier: Apache-2.0
#include "vision/decode/limits.h"

#include <algorithm>
#include <new>
#include <string>

#include "kernels/base/checked_math.h"

namespace arges::vision {
namespace {

std::string describe(std::int64_t height, std::int64_t width) {
  return "the picture is " + std::to_string(width) + " pixels wide and " + std::to_string(height) +
         " high";
}

}  // namespace

Status check_compressed_size(std::uint64_t bytes, const ImageLimits& limits) {
  if (bytes <= limits.compressed_bytes) return {};
  return image_decode_error("the picture file has " + std::to_string(bytes) +
                            " bytes; send at most " + std::to_string(limits.compressed_bytes));
}

Status check_dimensions(std::int64_t height, std::int64_t width, const ImageLimits& limits,
                        StatusCode code) {
  const auto [shorter, longer] = std::minmax(height, width);
  if (shorter < 1) {
    return {code, describe(height, width) + "; both sides must be at least 1"};
  }
  if (longer > limits.side) {
    return {code, describe(height, width) + "; scale it down to at most " +
                      std::to_string(limits.side) + " along each side"};
  }
  const auto pixels = checked_mul(height, width);
  if (!pixels || *pixels > limits.pixels) {
    return {code, describe(height, width) + "; scale it down to at most " +
                      std::to_string(limits.pixels) + " pixels in all"};
  }
  const auto longest = checked_mul<std::int64_t>(shorter, limits.aspect);
  if (longest && longer > *longest) {
    return {code, describe(height, width) + "; crop it so that its long side is at most " +
                      std::to_string(limits.aspect) + " times its short side"};
  }
  return {};
}

Result<Image> allocate_image(int height, int width) {
  Image image{height, width, {}};
  try {
    image.pixels.resize(image.row_bytes() * static_cast<std::size_t>(height));
  } catch (const std::bad_alloc&) {
    return Status(StatusCode::kOutOfMemoryHost,
                  "no memory is left for a picture of " + std::to_string(width) + " by " +
                      std::to_string(height) + " pixels; scale it down or free memory");
  }
  return image;
}

}  // namespace arges::vision
