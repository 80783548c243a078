// SPDX-License-Identifier: Apache-2.0
#include <string>

#include "kernels/base/checked_math.h"
#include "vision/decode/composite.h"
#include "vision/decode/decode.h"

namespace arges::vision {
namespace {

// Where red, green, blue and alpha stand in one source pixel; alpha < 0: opaque.
struct Layout {
  int channels = 0;
  int red = 0;
  int green = 0;
  int blue = 0;
  int alpha = -1;
};

Result<Layout> layout_of(PixelFormat format) {
  switch (format) {
    case PixelFormat::kRgb:
      return Layout{3, 0, 1, 2, -1};
    case PixelFormat::kBgr:
      return Layout{3, 2, 1, 0, -1};
    case PixelFormat::kRgba:
      return Layout{4, 0, 1, 2, 3};
    case PixelFormat::kBgra:
      return Layout{4, 2, 1, 0, 3};
    case PixelFormat::kGrey:
      return Layout{1, 0, 0, 0, -1};
  }
  return invalid_argument("the pixel format is unknown; use RGB, BGR, RGBA, BGRA or grey");
}

Status check_stride(int height, int width, std::size_t stride, int channels) {
  const auto row = static_cast<std::size_t>(width) * static_cast<std::size_t>(channels);
  if (stride < row) {
    return invalid_argument("the stride is " + std::to_string(stride) + " bytes but a row takes " +
                            std::to_string(row) + "; pass the distance between rows in bytes");
  }
  // Addresses within the caller's pixels must not wrap around.
  const auto total = checked_mul(static_cast<std::size_t>(height), stride);
  if (!total || *total > PTRDIFF_MAX) {
    return invalid_argument("the stride is " + std::to_string(stride) +
                            " bytes, more than memory holds; pass the distance between rows");
  }
  return {};
}

void copy_row(const std::uint8_t* source, const Layout& layout, const ImageLimits& limits,
              int width, std::uint8_t* out) {
  for (int x = 0; x < width; ++x, source += layout.channels, out += Image::kChannels) {
    const std::uint8_t rgba[4] = {source[layout.red], source[layout.green], source[layout.blue],
                                  layout.alpha < 0 ? std::uint8_t{255} : source[layout.alpha]};
    composite_pixel(rgba, limits.background, out);
  }
}

}  // namespace

Result<Image> image_from_pixels(const std::uint8_t* data, int width, int height,
                                std::size_t stride_bytes, PixelFormat format,
                                const ImageLimits& limits) {
  if (data == nullptr) return invalid_argument("the pixels are null; pass the first row's address");
  ARGES_ASSIGN_OR_RETURN(const Layout layout, layout_of(format));
  ARGES_RETURN_IF_ERROR(check_dimensions(height, width, limits, StatusCode::kInvalidArgument));
  ARGES_RETURN_IF_ERROR(check_stride(height, width, stride_bytes, layout.channels));
  ARGES_ASSIGN_OR_RETURN(Image image, allocate_image(height, width));
  for (int y = 0; y < height; ++y) {
    copy_row(data + static_cast<std::size_t>(y) * stride_bytes, layout, limits, width,
             image.row(y));
  }
  return image;
}

}  // namespace arges::vision
