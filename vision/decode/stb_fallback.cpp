// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <memory>

#include "vision/decode/codec.h"
#include "vision/decode/composite.h"
#include "vision/decode/jpeg_container.h"
#include "vision/decode/png_checksum.h"

namespace arges::vision {
namespace {

// stb_image inflates whatever a file holds, so its largest single allocation is capped by the
// size of the picture being decoded on this thread.
thread_local std::size_t largest_allocation = 0;

// Zeroed: of a damaged JPEG it reads coefficients and tables that it never wrote, and a picture
// must depend on its file alone.
void* allocate_capped(std::size_t bytes) {
  return bytes <= largest_allocation ? std::calloc(1, bytes) : nullptr;
}

void* reallocate_capped(void* old, std::size_t bytes) {
  return bytes <= largest_allocation ? std::realloc(old, bytes) : nullptr;
}

}  // namespace
}  // namespace arges::vision

// PNG and JPEG only, no files, no messages; the header is compiled into this file alone.
#define STBI_ONLY_PNG
#define STBI_ONLY_JPEG
#define STBI_NO_STDIO
#define STBI_NO_FAILURE_STRINGS
#define STBI_MALLOC(bytes) arges::vision::allocate_capped(bytes)
#define STBI_REALLOC(old, bytes) arges::vision::reallocate_capped(old, bytes)
#define STBI_FREE(old) std::free(old)
#define STB_IMAGE_STATIC
#define STB_IMAGE_IMPLEMENTATION
#include <stb/stb_image.h>

namespace arges::vision {
namespace {

struct FreePixels {
  void operator()(stbi_uc* pixels) const { stbi_image_free(pixels); }
};

Status damaged() {
  return image_decode_error("the picture is damaged or of a rare kind; save it again as PNG");
}

// 16-bit samples of four channels, doubled because inflating grows its buffer by doubling.
std::size_t allocation_cap(ImageSize stored) {
  constexpr std::size_t kBytesPerPixel = 16;
  constexpr std::size_t kSmallParts = std::size_t{1} << 20;
  return static_cast<std::size_t>(stored.height) * static_cast<std::size_t>(stored.width) *
             kBytesPerPixel +
         kSmallParts;
}

std::unique_ptr<stbi_uc, FreePixels> load(Bytes bytes, ImageSize stored, int channels) {
  largest_allocation = allocation_cap(stored);
  int width = 0;
  int height = 0;
  int in_file = 0;
  std::unique_ptr<stbi_uc, FreePixels> pixels(
      stbi_load_from_memory(reinterpret_cast<const stbi_uc*>(bytes.data()),
                            static_cast<int>(bytes.size()), &width, &height, &in_file, channels));
  if (width != stored.width || height != stored.height) pixels.reset();
  return pixels;
}

}  // namespace

Result<Image> decode_png(Bytes bytes, ImageSize stored, const ImageLimits& limits) {
  constexpr std::size_t kRgba = 4;
  ARGES_RETURN_IF_ERROR(check_png_checksums(bytes));
  const auto rgba = load(bytes, stored, kRgba);
  if (!rgba) return damaged();
  ARGES_ASSIGN_OR_RETURN(Image image, allocate_image(stored.height, stored.width));
  const std::size_t count = image.pixels.size() / Image::kChannels;
  for (std::size_t i = 0; i < count; ++i) {
    composite_pixel(rgba.get() + i * kRgba, limits.background,
                    image.pixels.data() + i * Image::kChannels);
  }
  return image;
}

Result<Image> decode_jpeg(Bytes bytes, ImageSize stored, const ImageLimits& limits) {
  ARGES_RETURN_IF_ERROR(check_jpeg_structure(bytes, limits.jpeg_scans));
  const auto rgb = load(bytes, stored, Image::kChannels);
  if (!rgb) return damaged();
  ARGES_ASSIGN_OR_RETURN(Image image, allocate_image(stored.height, stored.width));
  std::copy_n(rgb.get(), image.pixels.size(), image.pixels.data());
  return image;
}

}  // namespace arges::vision
