// SPDX-License-Identifier: Apache-2.0
#include "vision/decode/decode.h"

#include <string_view>

#include "kernels/base/guarded.h"
#include "vision/decode/codec.h"
#include "vision/decode/exif.h"
#include "vision/decode/jpeg_container.h"
#include "vision/decode/orient.h"
#include "vision/decode/png_container.h"
#include "vision/decode/webp_container.h"

namespace arges::vision {
namespace {

// What the header says, and the library function that reads the rest.
struct Opened {
  ImageSize stored;
  int orientation = kUpright;
  Result<Image> (*decode)(Bytes, ImageSize, const ImageLimits&, const StopCheck&) = nullptr;
};

Result<Opened> open_known_format(Bytes bytes) {
  if (is_png(bytes)) {
    ARGES_ASSIGN_OR_RETURN(const PngHeader header, read_png_header(bytes));
    return Opened{header.stored, header.orientation, decode_png};
  }
  if (is_jpeg(bytes)) {
    ARGES_ASSIGN_OR_RETURN(const JpegHeader header, read_jpeg_header(bytes));
    return Opened{header.stored, header.orientation, decode_jpeg};
  }
  if (is_webp(bytes)) {
    ARGES_ASSIGN_OR_RETURN(const WebpHeader header, read_webp_header(bytes));
    return Opened{header.stored, header.orientation, decode_webp};
  }
  return image_decode_error("the picture is neither PNG, JPEG nor WebP; convert it to one of them");
}

constexpr std::string_view kUnreadable = "the picture cannot be read";

// Everything that is decided before a byte of picture data is read.
Result<Opened> open_image(Bytes bytes, const ImageLimits& limits) {
  ARGES_RETURN_IF_ERROR(check_compressed_size(bytes.size(), limits));
  ARGES_ASSIGN_OR_RETURN(const Opened opened, open_known_format(bytes));
  ARGES_RETURN_IF_ERROR(check_dimensions(opened.stored.height, opened.stored.width, limits,
                                         StatusCode::kImageDecode));
  return opened;
}

}  // namespace

Result<Image> decode_image(std::span<const std::byte> bytes, const ImageLimits& limits,
                           const StopCheck& stop) {
  return guarded(StatusCode::kImageDecode, kUnreadable, [&]() -> Result<Image> {
    ARGES_ASSIGN_OR_RETURN(const Opened opened, open_image(bytes, limits));
    ARGES_RETURN_IF_ERROR(stop());
    ARGES_ASSIGN_OR_RETURN(Image stored, opened.decode(bytes, opened.stored, limits, stop));
    ARGES_RETURN_IF_ERROR(stop());
    return orient(std::move(stored), opened.orientation);
  });
}

Result<ImageSize> probe_image(std::span<const std::byte> bytes, const ImageLimits& limits) {
  return guarded(StatusCode::kImageDecode, kUnreadable, [&]() -> Result<ImageSize> {
    ARGES_ASSIGN_OR_RETURN(const Opened opened, open_image(bytes, limits));
    const auto [height, width] = opened.stored;
    return swaps_sides(opened.orientation) ? ImageSize{width, height} : ImageSize{height, width};
  });
}

}  // namespace arges::vision
