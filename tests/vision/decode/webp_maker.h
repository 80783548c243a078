// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/vision/decode/golden.h"

namespace arges::vision::testing {

struct WebpSpec {
  int width = 0;
  int height = 0;
  bool lossless = true;
  bool alpha = false;
  FileBytes exif = {};  // content of an EXIF chunk; empty: none
};

// A smooth picture, [height, width, 4]: what make_webp stores. Opaque without WebpSpec::alpha.
std::vector<std::uint8_t> smooth_rgba(const WebpSpec& spec);

// Encodes smooth_rgba with libwebp.
FileBytes make_webp(const WebpSpec& spec);

// A chunk with its padding, and a file of such chunks.
FileBytes make_riff_chunk(const std::string& name, const FileBytes& data);
FileBytes make_riff(const FileBytes& chunks);
// The VP8X chunk of an extended file.
FileBytes make_vp8x(int width, int height, std::uint8_t flags);

}  // namespace arges::vision::testing
