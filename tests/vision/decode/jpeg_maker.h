// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/vision/decode/golden.h"

namespace arges::vision::testing {

struct JpegSpec {
  int width = 0;
  int height = 0;
  int channels = 3;  // 1 grey, 3 RGB, 4 inverted CMYK as Adobe writes it
  bool progressive = false;
  int quality = 95;
  FileBytes exif = {};  // TIFF block; empty: no APP1
};

// A smooth picture, [height, width, channels]: what make_jpeg stores.
std::vector<std::uint8_t> smooth_samples(const JpegSpec& spec);

// Encodes smooth_samples with libjpeg.
FileBytes make_jpeg(const JpegSpec& spec);

// A TIFF block whose only entry is this orientation.
FileBytes make_exif(int orientation, bool big_endian);

// The file with its last scan repeated `times` more.
FileBytes repeat_last_scan(const FileBytes& jpeg, int times);

// Overwrites the size in the (single) frame header.
FileBytes with_declared_size(FileBytes jpeg, int height, int width);

// RGB by libjpeg's own defaults, for comparing other decoders with it. [height, width, 3]
std::vector<std::uint8_t> libjpeg_rgb(const FileBytes& jpeg);

}  // namespace arges::vision::testing
