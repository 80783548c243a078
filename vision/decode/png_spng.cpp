// SPDX-License-Identifier: Apache-2.0
#include <spng.h>

#include <cstddef>
#include <cstdlib>
#include <memory>

#include "kernels/base/memory.h"
#include "vision/decode/codec.h"
#include "vision/decode/composite.h"
#include "vision/decode/png_checksum.h"

namespace arges::vision {
namespace {

// Text, colour profile and the like: more than any honest picture carries.
constexpr std::size_t kLargestChunk = std::size_t{8} << 20;
constexpr std::size_t kAllKeptChunks = std::size_t{16} << 20;
constexpr std::size_t kRgba = 4;

struct FreeContext {
  void operator()(spng_ctx* context) const { spng_ctx_free(context); }
};
using Context = std::unique_ptr<spng_ctx, FreeContext>;

Status out_of_memory() {
  return {StatusCode::kOutOfMemoryHost, "no memory is left to read a PNG file; free some"};
}

Status damaged() {
  return image_decode_error("the PNG file is damaged or cut short; send the whole file");
}

// The library's memory. Whether any was refused is remembered, since what zlib then reports reads
// like damage.
thread_local bool memory_refused = false;

void* remember(void* memory) {
  if (memory == nullptr) memory_refused = true;
  return memory;
}

spng_alloc remembering_memory() {
  return {[](std::size_t size) { return remember(std::malloc(size)); },
          [](void* old, std::size_t size) { return remember(std::realloc(old, size)); },
          [](std::size_t count, std::size_t size) { return remember(std::calloc(count, size)); },
          [](void* memory) { std::free(memory); }};
}

// Of a call of the library that did not return 0.
Status failure() {
  return memory_refused ? out_of_memory() : damaged();
}

// The columns that a row carries: all of them, or one Adam7 pass's share.
struct Columns {
  int first = 0;
  int step = 1;
};

Columns columns_of(bool interlaced, int pass) {
  constexpr Columns kAdam7[] = {{0, 8}, {4, 8}, {0, 4}, {2, 4}, {0, 2}, {1, 2}, {0, 1}};
  return interlaced ? kAdam7[pass] : Columns{};
}

// CRCs have been checked by now; the library checks them again, and the data's own checksum.
Status open_context(spng_ctx* context, Bytes bytes, ImageSize stored, spng_ihdr& header) {
  const auto width = static_cast<std::uint32_t>(stored.width);
  const auto height = static_cast<std::uint32_t>(stored.height);
  int result = spng_set_image_limits(context, width, height);
  if (result == 0) result = spng_set_chunk_limits(context, kLargestChunk, kAllKeptChunks);
  if (result == 0) result = spng_set_crc_action(context, SPNG_CRC_ERROR, SPNG_CRC_ERROR);
  if (result == 0) result = spng_set_png_buffer(context, bytes.data(), bytes.size());
  if (result == 0) result = spng_get_ihdr(context, &header);
  if (result != 0) return failure();
  if (header.width != width || header.height != height) return damaged();
  result = spng_decode_image(context, nullptr, 0, SPNG_FMT_RGBA8,
                             SPNG_DECODE_TRNS | SPNG_DECODE_PROGRESSIVE);
  return result == 0 ? Status() : failure();
}

void lay_row(const std::uint8_t* rgba, Columns columns, const ImageLimits& limits, int width,
             std::uint8_t* out) {
  for (int x = columns.first; x < width; x += columns.step) {
    composite_pixel(rgba + static_cast<std::size_t>(x) * kRgba, limits.background,
                    out + static_cast<std::size_t>(x) * Image::kChannels);
  }
}

// One row at a time, so that transparency costs no second picture.
Status read_rows(spng_ctx* context, bool interlaced, const ImageLimits& limits, Image& image) {
  ARGES_ASSIGN_OR_RETURN(const Memory row,
                         Memory::allocate(static_cast<std::size_t>(image.width) * kRgba));
  auto* rgba = reinterpret_cast<std::uint8_t*>(row.data());
  spng_row_info info{};
  int result = 0;
  // Interlaced pictures may tell of their end by either of the two calls.
  while (result == 0 && (result = spng_get_row_info(context, &info)) == 0) {
    result = spng_decode_row(context, rgba, row.size());
    if (result != 0 && result != SPNG_EOI) break;
    lay_row(rgba, columns_of(interlaced, info.pass), limits, image.width,
            image.row(static_cast<int>(info.row_num)));
  }
  if (result != SPNG_EOI) return failure();
  result = spng_decode_chunks(context);
  return result == 0 ? Status() : failure();
}

}  // namespace

Result<Image> decode_png(Bytes bytes, ImageSize stored, const ImageLimits& limits) {
  ARGES_RETURN_IF_ERROR(check_png_checksums(bytes));
  memory_refused = false;
  spng_alloc memory = remembering_memory();
  const Context context(spng_ctx_new2(&memory, 0));
  if (!context) return out_of_memory();
  spng_ihdr header{};
  ARGES_RETURN_IF_ERROR(open_context(context.get(), bytes, stored, header));
  ARGES_ASSIGN_OR_RETURN(Image image, allocate_image(stored.height, stored.width));
  const bool interlaced = header.interlace_method != SPNG_INTERLACE_NONE;
  ARGES_RETURN_IF_ERROR(read_rows(context.get(), interlaced, limits, image));
  return image;
}

}  // namespace arges::vision
