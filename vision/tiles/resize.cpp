// SPDX-License-Identifier: Apache-2.0
#include "vision/tiles/resize.h"

#include <algorithm>
#include <cstring>
#include <functional>
#include <string>

#include "vision/decode/limits.h"
#include "vision/tiles/resize_weights.h"

namespace arges::vision {
namespace {

constexpr std::int32_t kHalf = 1 << (kWeightBits - 1);
// Bytes of a row that are summed together: a fixed count, so that the compiler vectorises it.
constexpr std::size_t kBlock = 64;

std::uint8_t to_byte(std::int32_t sum) {
  return static_cast<std::uint8_t>(std::clamp(sum >> kWeightBits, 0, 255));
}

void for_rows(int rows, ThreadPool* pool, const std::function<void(int)>& body) {
  const auto run = [&body](std::int64_t begin, std::int64_t end) {
    for (std::int64_t y = begin; y < end; ++y) body(static_cast<int>(y));
  };
  constexpr std::int64_t kGrain = 8;
  if (pool == nullptr) return run(0, rows);
  pool->parallel_for(rows, kGrain, run);
}

void scale_columns(const std::uint8_t* in, const ResizeWeights& weights, int width,
                   std::uint8_t* out) {
  for (int x = 0; x < width; ++x, out += Image::kChannels) {
    const auto i = static_cast<std::size_t>(x);
    const std::int32_t* row = weights.row(x);
    const std::uint8_t* pixel = in + weights.first[i] * Image::kChannels;
    std::int32_t red = kHalf;
    std::int32_t green = kHalf;
    std::int32_t blue = kHalf;
    for (int tap = 0; tap < weights.count[i]; ++tap, pixel += Image::kChannels) {
      red += pixel[0] * row[tap];
      green += pixel[1] * row[tap];
      blue += pixel[2] * row[tap];
    }
    out[0] = to_byte(red);
    out[1] = to_byte(green);
    out[2] = to_byte(blue);
  }
}

// One block of an output row: `in` is the same block in the first of `count` input rows.
void scale_rows_block(const std::uint8_t* in, std::size_t stride, const std::int32_t* weights,
                      int count, std::uint8_t* out) {
  std::int32_t sums[kBlock];
  std::fill(std::begin(sums), std::end(sums), kHalf);
  for (int tap = 0; tap < count; ++tap, in += stride) {
    for (std::size_t i = 0; i < kBlock; ++i) sums[i] += in[i] * weights[tap];
  }
  for (std::size_t i = 0; i < kBlock; ++i) out[i] = to_byte(sums[i]);
}

void scale_rows_byte(const std::uint8_t* in, std::size_t stride, const std::int32_t* weights,
                     int count, std::uint8_t* out) {
  std::int32_t sum = kHalf;
  for (int tap = 0; tap < count; ++tap, in += stride) sum += *in * weights[tap];
  *out = to_byte(sum);
}

void scale_rows(const Image& in, const ResizeWeights& weights, int y, std::uint8_t* out) {
  const auto i = static_cast<std::size_t>(y);
  const std::uint8_t* first = in.row(weights.first[i]);
  const std::size_t bytes = in.row_bytes();
  std::size_t x = 0;
  for (; x + kBlock <= bytes; x += kBlock) {
    scale_rows_block(first + x, bytes, weights.row(y), weights.count[i], out + x);
  }
  for (; x < bytes; ++x) {
    scale_rows_byte(first + x, bytes, weights.row(y), weights.count[i], out + x);
  }
}

Result<Image> with_width(const Image& image, int width, ThreadPool* pool) {
  const ResizeWeights weights = bicubic_weights(image.width, width);
  ARGES_ASSIGN_OR_RETURN(Image out, allocate_image(image.height, width));
  for_rows(out.height, pool,
           [&](int y) { scale_columns(image.row(y), weights, width, out.row(y)); });
  return out;
}

Result<Image> with_height(const Image& image, int height, ThreadPool* pool) {
  const ResizeWeights weights = bicubic_weights(image.height, height);
  ARGES_ASSIGN_OR_RETURN(Image out, allocate_image(height, image.width));
  for_rows(height, pool, [&](int y) { scale_rows(image, weights, y, out.row(y)); });
  return out;
}

// Each pass rounds to bytes, so their order shows. Pillow 13 runs the vertical pass first when it
// drops more than twice as many rows as the horizontal one drops columns; before 13 never.
bool rows_come_first(const Image& image, int height, int width) {
  const int rows_dropped = image.height - height;
  const int columns_dropped = image.width - width;
  return rows_dropped > 0 && rows_dropped > std::int64_t{2} * columns_dropped;
}

}  // namespace

Result<Image> resize_bicubic(const Image& image, int height, int width, ThreadPool* pool) {
  if (image.height < 1 || image.width < 1 || height < 1 || width < 1) {
    return invalid_argument("a picture can only be scaled from and to at least 1 by 1 pixels");
  }
  if (rows_come_first(image, height, width)) {
    ARGES_ASSIGN_OR_RETURN(const Image rows, with_height(image, height, pool));
    return with_width(rows, width, pool);
  }
  ARGES_ASSIGN_OR_RETURN(const Image columns, with_width(image, width, pool));
  return with_height(columns, height, pool);
}

}  // namespace arges::vision
