// SPDX-License-Identifier: Apache-2.0
#include "vision/decode/decode.h"
#include "vision/decode/stride.h"
#include "vision/decode/yuv.h"

namespace arges::vision {
namespace {

std::size_t pairs(int pixels) {
  return (static_cast<std::size_t>(pixels) + 1) / 2;
}

}  // namespace

Result<Image> image_from_nv12(const Nv12Frame& frame, const ImageLimits& limits) {
  if (frame.luma == nullptr || frame.chroma == nullptr) {
    return invalid_argument("a plane of the frame is null; pass its first row's address");
  }
  ARGES_RETURN_IF_ERROR(
      check_dimensions(frame.height, frame.width, limits, StatusCode::kInvalidArgument));
  const auto width = static_cast<std::size_t>(frame.width);
  ARGES_RETURN_IF_ERROR(
      check_stride(static_cast<std::size_t>(frame.height), width, frame.luma_stride));
  ARGES_RETURN_IF_ERROR(
      check_stride(pairs(frame.height), 2 * pairs(frame.width), frame.chroma_stride));
  ARGES_ASSIGN_OR_RETURN(Image image, allocate_image(frame.height, frame.width));
  for (int y = 0; y < frame.height; ++y) {
    const std::uint8_t* luma = frame.luma + static_cast<std::size_t>(y) * frame.luma_stride;
    const std::uint8_t* chroma =
        frame.chroma + static_cast<std::size_t>(y / 2) * frame.chroma_stride;
    std::uint8_t* out = image.row(y);
    for (std::size_t x = 0; x < width; ++x, out += Image::kChannels) {
      const std::uint8_t* pair = chroma + x / 2 * 2;
      yuv_to_rgb(luma[x], pair[0], pair[1], out);
    }
  }
  return image;
}

}  // namespace arges::vision
