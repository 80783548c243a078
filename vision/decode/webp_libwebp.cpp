// SPDX-License-Identifier: Apache-2.0
#include <webp/decode.h>

#include <cerrno>
#include <cstddef>

#include "kernels/base/memory.h"
#include "vision/decode/codec.h"
#include "vision/decode/composite.h"
#include "vision/decode/webp_container.h"

namespace arges::vision {
namespace {

constexpr std::size_t kRgba = 4;
// What libwebp takes beside its 4 bytes a pixel: code tables and rows of any honest picture.
constexpr std::size_t kSmallParts = std::size_t{16} << 20;

Status out_of_memory() {
  return {StatusCode::kOutOfMemoryHost, "no memory is left to read a WebP file; free some"};
}

Status damaged() {
  return image_decode_error("the WebP file is damaged; send the whole, undamaged file");
}

// Of a decoding that began with errno 0. In places libwebp reports memory that it was refused as
// damage; the C library has left word of it.
Status failure(VP8StatusCode code) {
  return code == VP8_STATUS_OUT_OF_MEMORY || errno == ENOMEM ? out_of_memory() : damaged();
}

// libwebp 1.2 does not survive it when one of its smallest allocations is refused (the code lengths
// of a lossless picture), so it is called only when all it needs could be had just before.
Status check_memory_left(ImageSize size) {
  const std::size_t pixels =
      static_cast<std::size_t>(size.height) * static_cast<std::size_t>(size.width);
  return Memory::allocate(pixels * kRgba + kSmallParts).ok() ? Status() : out_of_memory();
}

const std::uint8_t* begin_of(Bytes file) {
  return reinterpret_cast<const std::uint8_t*>(file.data());
}

// The picture in `mode`, rows without padding, to memory that has room for just it.
Status decode_to(Bytes file, WEBP_CSP_MODE mode, ImageSize picture, std::uint8_t* out,
                 std::size_t size) {
  ARGES_RETURN_IF_ERROR(check_memory_left(picture));
  WebPDecoderConfig config;
  if (WebPInitDecoderConfig(&config) == 0) {
    return internal_error("libwebp is not the version that it was built for; please report it");
  }
  config.output.colorspace = mode;
  config.output.is_external_memory = 1;
  config.output.u.RGBA.rgba = out;
  config.output.u.RGBA.stride = static_cast<int>(size / static_cast<std::size_t>(picture.height));
  config.output.u.RGBA.size = size;
  errno = 0;
  const VP8StatusCode code = WebPDecode(begin_of(file), file.size(), &config);
  return code == VP8_STATUS_OK ? Status() : failure(code);
}

Status decode_over_background(Bytes file, const ImageLimits& limits, Image& image) {
  const std::size_t pixels = image.pixels.size() / Image::kChannels;
  ARGES_ASSIGN_OR_RETURN(const Memory memory, Memory::allocate(pixels * kRgba));
  auto* rgba = reinterpret_cast<std::uint8_t*>(memory.data());
  ARGES_RETURN_IF_ERROR(
      decode_to(file, MODE_RGBA, {image.height, image.width}, rgba, pixels * kRgba));
  for (std::size_t i = 0; i < pixels; ++i) {
    composite_pixel(rgba + i * kRgba, limits.background,
                    image.pixels.data() + i * Image::kChannels);
  }
  return {};
}

}  // namespace

Result<Image> decode_webp(Bytes bytes, ImageSize stored, const ImageLimits& limits) {
  ARGES_ASSIGN_OR_RETURN(const Bytes file, check_webp_structure(bytes));
  WebPBitstreamFeatures features;
  if (WebPGetFeatures(begin_of(file), file.size(), &features) != VP8_STATUS_OK ||
      features.width != stored.width || features.height != stored.height) {
    return damaged();
  }
  ARGES_ASSIGN_OR_RETURN(Image image, allocate_image(stored.height, stored.width));
  ARGES_RETURN_IF_ERROR(
      features.has_alpha != 0
          ? decode_over_background(file, limits, image)
          : decode_to(file, MODE_RGB, stored, image.pixels.data(), image.pixels.size()));
  return image;
}

}  // namespace arges::vision
