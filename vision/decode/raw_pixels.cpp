// SPDX-License-Identifier: Apache-2.0
#include <cstring>

#include "vision/decode/composite.h"
#include "vision/decode/decode.h"
#include "vision/decode/stride.h"
#include "vision/decode/yuv.h"

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
    case PixelFormat::kYuyv:
      return Layout{};  // pairs of pixels, not channels
  }
  return invalid_argument("the pixel format is unknown; use RGB, BGR, RGBA, BGRA, grey or YUYV");
}

void copy_opaque_row(const std::uint8_t* source, const Layout& layout, int width,
                     std::uint8_t* out) {
  for (int x = 0; x < width; ++x, source += layout.channels, out += Image::kChannels) {
    out[0] = source[layout.red];
    out[1] = source[layout.green];
    out[2] = source[layout.blue];
  }
}

void copy_row(const std::uint8_t* source, const Layout& layout, const ImageLimits& limits,
              int width, std::uint8_t* out) {
  if (layout.alpha < 0) return copy_opaque_row(source, layout, width, out);
  for (int x = 0; x < width; ++x, source += layout.channels, out += Image::kChannels) {
    const std::uint8_t rgba[4] = {source[layout.red], source[layout.green], source[layout.blue],
                                  source[layout.alpha]};
    composite_pixel(rgba, limits.background, out);
  }
}

// Two pixels in four bytes: luma, blue, luma, red. The last of an odd width has a pair of its own.
void copy_yuyv_row(const std::uint8_t* source, int width, std::uint8_t* out) {
  for (int x = 0; x < width; ++x, out += Image::kChannels) {
    const std::uint8_t* pair = source + static_cast<std::size_t>(x / 2) * 4;
    yuv_to_rgb(pair[x % 2 * 2], pair[1], pair[3], out);
  }
}

std::size_t row_bytes(PixelFormat format, const Layout& layout, int width) {
  const auto pixels = static_cast<std::size_t>(width);
  if (format == PixelFormat::kYuyv) return (pixels + 1) / 2 * 4;
  return pixels * static_cast<std::size_t>(layout.channels);
}

}  // namespace

Result<Image> image_from_pixels(const std::uint8_t* data, int width, int height,
                                std::size_t stride_bytes, PixelFormat format,
                                const ImageLimits& limits) {
  if (data == nullptr) return invalid_argument("the pixels are null; pass the first row's address");
  ARGES_ASSIGN_OR_RETURN(const Layout layout, layout_of(format));
  ARGES_RETURN_IF_ERROR(check_dimensions(height, width, limits, StatusCode::kInvalidArgument));
  ARGES_RETURN_IF_ERROR(check_stride(static_cast<std::size_t>(height),
                                     row_bytes(format, layout, width), stride_bytes));
  ARGES_ASSIGN_OR_RETURN(Image image, allocate_image(height, width));
  for (int y = 0; y < height; ++y) {
    const std::uint8_t* row = data + static_cast<std::size_t>(y) * stride_bytes;
    if (format == PixelFormat::kRgb) {
      std::memcpy(image.row(y), row, image.row_bytes());
    } else if (format == PixelFormat::kYuyv) {
      copy_yuyv_row(row, width, image.row(y));
    } else {
      copy_row(row, layout, limits, width, image.row(y));
    }
  }
  return image;
}

}  // namespace arges::vision
