// SPDX-License-Identifier: Apache-2.0
#include "sdk/snapshot/image_bytes.h"

#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "kernels/base/stop_check.h"
#include "sdk/snapshot/format.h"
#include "vision/decode/limits.h"

namespace arges::sdk::snapshot {
namespace {

Result<MessageImage> read_file(Reader& reader) {
  const vision::ImageLimits limits;
  ARGES_ASSIGN_OR_RETURN(auto bytes, reader.run<std::byte>(limits.compressed_bytes));
  MessageImage image(std::move(bytes));
  if (!image.size().ok()) return damaged("a picture in it is none");
  return image;
}

Result<MessageImage> read_pixels(Reader& reader) {
  ARGES_ASSIGN_OR_RETURN(const auto height, reader.number<std::int64_t>());
  ARGES_ASSIGN_OR_RETURN(const auto width, reader.number<std::int64_t>());
  const vision::ImageLimits limits;
  if (!vision::check_dimensions(height, width, limits, StatusCode::kModelInvalid).ok()) {
    return damaged("a picture in it has no size that a picture may have");
  }
  auto image = std::make_shared<vision::Image>();
  image->height = static_cast<int>(height);
  image->width = static_cast<int>(width);
  const std::size_t size = image->row_bytes() * static_cast<std::size_t>(height);
  ARGES_ASSIGN_OR_RETURN(image->pixels, reader.run<std::uint8_t>(size));
  if (image->pixels.size() != size) return damaged("a picture in it lacks pixels");
  return MessageImage(MessageImage::Pixels(std::move(image)));
}

}  // namespace

void write_image(const MessageImage& image, Writer& writer) {
  if (image.is_file()) {
    writer.number(ImageKind::kFile);
    return writer.run(image.file());
  }
  const auto pixels = image.pixels(never_stop());
  if (!pixels.ok()) return writer.fail(pixels.status());
  writer.number(ImageKind::kPixels);
  writer.number(std::int64_t{(*pixels)->height});
  writer.number(std::int64_t{(*pixels)->width});
  writer.run(std::span<const std::uint8_t>((*pixels)->pixels));
}

Result<MessageImage> read_image(Reader& reader) {
  ARGES_ASSIGN_OR_RETURN(const auto kind, reader.number<ImageKind>());
  if (kind == ImageKind::kFile) return read_file(reader);
  if (kind == ImageKind::kPixels) return read_pixels(reader);
  return damaged("a picture in it is of an unknown kind");
}

}  // namespace arges::sdk::snapshot
