// SPDX-License-Identifier: Apache-2.0
#include "samples/cli/debug_picture.h"

#include "samples/cli/failure.h"
#include "samples/cli/files.h"
#include "vision/decode/decode.h"
#include "vision/decode/limits.h"

namespace arges::cli {

static_assert(vision::ImageLimits().compressed_bytes == kPictureFile.bytes);

void add_picture_options(Command& command, PictureOptions& options) {
  command.text("IMAGE", options.picture, "PNG, JPEG or WebP file");
  command.required_text("--out", options.out, ".npy file to write");
}

vision::Image decode_picture(const std::string& path) {
  const std::string bytes = read_file(path, kPictureFile);
  auto image = vision::decode_image(std::as_bytes(std::span(bytes)), {});
  if (!image.ok()) throw Failure(path + ": " + image.status().message());
  return std::move(image).value();
}

}  // namespace arges::cli
