// SPDX-License-Identifier: Apache-2.0
// Any bytes: a typed refusal, or a picture of the size that probing announced.
#include <cstdlib>

#include "vision/decode/decode.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace arges::vision;
  ImageLimits limits;
  limits.pixels = 1'000'000;  // the code paths of large pictures at the price of small ones
  const std::span bytes(reinterpret_cast<const std::byte*>(data), size);
  const auto probed = probe_image(bytes, limits);
  const auto image = decode_image(bytes, limits);
  if (!image.ok()) {
    if (image.status().code() != arges::StatusCode::kImageDecode) std::abort();
    return 0;
  }
  if (!probed.ok() || probed->height != image->height || probed->width != image->width) {
    std::abort();
  }
  if (image->pixels.size() != image->row_bytes() * static_cast<std::size_t>(image->height)) {
    std::abort();
  }
  return 0;
}
