// SPDX-License-Identifier: Apache-2.0
#include <spng.h>

#include <cstddef>
#include <memory>

#include "kernels/base/buffer.h"
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

Status damaged() {
  return image_decode_error("the PNG file is damaged or cut short; send the whole file");
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
bool open_context(spng_ctx* context, Bytes bytes, ImageSize stored, spng_ihdr& header) {
  const auto width = static_cast<std::uint32_t>(stored.width);
  const auto height = static_cast<std::uint32_t>(stored.height);
  return spng_set_image_limits(context, width, height) == 0 &&
         spng_set_chunk_limits(context, kLargestChunk, kAllKeptChunks) == 0 &&
         spng_set_crc_action(context, SPNG_CRC_ERROR, SPNG_CRC_ERROR) == 0 &&
         spng_set_png_buffer(context, bytes.data(), bytes.size()) == 0 &&
         spng_get_ihdr(context, &header) == 0 && header.width == width && header.height == height &&
         spng_decode_image(context, nullptr, 0, SPNG_FMT_RGBA8,
                           SPNG_DECODE_TRNS | SPNG_DECODE_PROGRESSIVE) == 0;
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
  ARGES_ASSIGN_OR_RETURN(const Buffer row,
                         Buffer::allocate(static_cast<std::size_t>(image.width) * kRgba));
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
  if (result != SPNG_EOI) return damaged();
  return spng_decode_chunks(context) == 0 ? Status() : damaged();
}

}  // namespace

Result<Image> decode_png(Bytes bytes, ImageSize stored, const ImageLimits& limits) {
  ARGES_RETURN_IF_ERROR(check_png_checksums(bytes));
  const Context context(spng_ctx_new(0));
  if (!context) {
    return Status(StatusCode::kOutOfMemoryHost, "no memory is left to read a PNG file; free some");
  }
  spng_ihdr header{};
  if (!open_context(context.get(), bytes, stored, header)) return damaged();
  ARGES_ASSIGN_OR_RETURN(Image image, allocate_image(stored.height, stored.width));
  const bool interlaced = header.interlace_method != SPNG_INTERLACE_NONE;
  ARGES_RETURN_IF_ERROR(read_rows(context.get(), interlaced, limits, image));
  return image;
}

}  // namespace arges::vision
