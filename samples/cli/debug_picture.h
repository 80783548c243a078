// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "samples/cli/command_line.h"
#include "samples/cli/model_options.h"
#include "vision/decode/image.h"

namespace arges::cli {

// What debug image and debug features ask for: a model, a picture and a file to write.
struct PictureOptions {
  ModelOptions model;
  std::string picture;
  std::string out;
};

// IMAGE and --out.
void add_picture_options(Command& command, PictureOptions& options);

// Decodes past the C ABI. Throws Failure, naming the path.
vision::Image decode_picture(const std::string& path);

}  // namespace arges::cli
