// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <vector>

#include "vision/decode/codec.h"
#include "vision/decode/composite.h"
#include "vision/decode/jpeg_container.h"
#include "vision/decode/png_checksum.h"
#include "vision/decode/png_container.h"

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

// The grown part is zeroed, too: a copy from distance 0 in the deflate stream leaves it as it was.
void* reallocate_capped(void* old, std::size_t old_bytes, std::size_t bytes) {
  void* memory = bytes <= largest_allocation ? std::realloc(old, bytes) : nullptr;
  if (memory == nullptr || bytes <= old_bytes) return memory;
  std::memset(static_cast<std::byte*>(memory) + old_bytes, 0, bytes - old_bytes);
  return memory;
}

}  // namespace
}  // namespace arges::vision

// PNG and JPEG only, no files, no messages; the header is compiled into this file alone.
#define STBI_ONLY_PNG
#define STBI_ONLY_JPEG
#define STBI_NO_STDIO
#define STBI_NO_FAILURE_STRINGS
#define STBI_MALLOC(bytes) arges::vision::allocate_capped(bytes)
#define STBI_REALLOC(old, bytes) std::realloc(old, bytes)  // unused, but it must be defined
#define STBI_REALLOC_SIZED(old, old_bytes, bytes) \
  arges::vision::reallocate_capped(old, old_bytes, bytes)
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

// A PLTE chunk of 256 black entries. Its CRC stays zero, which stb_image does not read.
std::vector<std::byte> black_palette() {
  constexpr std::size_t kColours = std::size_t{256} * 3;
  std::vector<std::byte> chunk(kColours + 12);
  constexpr std::uint8_t kStart[] = {0, 0, kColours >> 8, kColours & 0xFF, 'P', 'L', 'T', 'E'};
  std::transform(std::begin(kStart), std::end(kStart), chunk.begin(),
                 [](std::uint8_t value) { return std::byte{value}; });
  return chunk;
}

void append(Bytes more, std::vector<std::byte>& file) {
  file.insert(file.end(), more.begin(), more.end());
}

// The chunks up to IEND, with two changes that make stb_image's answer one of the file alone:
// - It keeps 256 palette entries on the stack, fills those that the file has, and looks up whatever
//   index a pixel holds. A full palette before the file's own, which then overwrites its first
//   entries, makes the others opaque black, as libspng does; every check of the file's own stands.
// - An IDAT chunk without data may be its first, and then it copies to a null pointer.
std::vector<std::byte> without_traps(Bytes png) {
  std::vector<std::byte> file;
  file.reserve(png.size() + 1024);
  append(png.first(kPngSignatureBytes), file);
  bool full_palette = false;
  std::size_t offset = kPngSignatureBytes;
  while (const auto chunk = read_png_chunk(png, offset)) {
    if (chunk->type == png_type("PLTE") && !full_palette) {
      append(black_palette(), file);
      full_palette = true;
    }
    const bool no_data = chunk->type == png_type("IDAT") && chunk->data.empty();
    if (!no_data) append(png.subspan(offset, chunk->next - offset), file);
    if (chunk->type == png_type("IEND")) break;
    offset = chunk->next;
  }
  return file;
}

}  // namespace

// stb_image reads a picture in one go.
Result<Image> decode_png(Bytes bytes, ImageSize stored, const ImageLimits& limits,
                         const StopCheck&) {
  constexpr std::size_t kRgba = 4;
  ARGES_RETURN_IF_ERROR(check_png_checksums(bytes));
  const auto rgba = load(without_traps(bytes), stored, kRgba);
  if (!rgba) return damaged();
  ARGES_ASSIGN_OR_RETURN(Image image, allocate_image(stored.height, stored.width));
  const std::size_t count = image.pixels.size() / Image::kChannels;
  for (std::size_t i = 0; i < count; ++i) {
    composite_pixel(rgba.get() + i * kRgba, limits.background,
                    image.pixels.data() + i * Image::kChannels);
  }
  return image;
}

Result<Image> decode_jpeg(Bytes bytes, ImageSize stored, const ImageLimits& limits,
                          const StopCheck&) {
  ARGES_RETURN_IF_ERROR(check_jpeg_structure(bytes, limits.jpeg_scans));
  const auto rgb = load(bytes, stored, Image::kChannels);
  if (!rgb) return damaged();
  ARGES_ASSIGN_OR_RETURN(Image image, allocate_image(stored.height, stored.width));
  std::copy_n(rgb.get(), image.pixels.size(), image.pixels.data());
  return image;
}

}  // namespace arges::vision
