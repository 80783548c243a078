// SPDX-License-Identifier: Apache-2.0
#include "vision/tiles/pixel_values.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

#include "kernels/base/checked_math.h"
#include "vision/tiles/resize.h"

namespace arges::vision {
namespace {

// The normalised value of each byte in each channel.
using ValueTable = std::array<std::array<float, 256>, Image::kChannels>;

ValueTable make_table(const TileConfig& config) {
  ValueTable table{};
  for (std::size_t c = 0; c < table.size(); ++c) {
    for (std::size_t x = 0; x < 256; ++x) {
      const auto unit = static_cast<float>(static_cast<double>(x) * (1.0 / 255.0));
      table[c][x] = (unit - config.mean[c]) / config.std[c];
    }
  }
  return table;
}

// A tile and the picture behind it, whose first pixel lies at (top, left) of the tile; it may begin
// before the tile or end after it.
struct Placed {
  const Image* image;
  int top;
  int left;
};

// Tile 0 is the thumbnail; the others are the canvas, row by row.
Placed place(std::int64_t tile, const TilePlan& plan, const Image& thumbnail, const Image& resized,
             int side) {
  if (tile == 0) return {&thumbnail, 0, 0};
  const auto row = static_cast<int>((tile - 1) / plan.grid_cols);
  const auto col = static_cast<int>((tile - 1) % plan.grid_cols);
  return {&resized, plan.pad_top - row * side, plan.pad_left - col * side};
}

// One channel of one tile row: black, then the part of the picture that crosses it.
void write_row(const Placed& placed, int y, std::size_t channel, int side,
               const std::array<float, 256>& values, float* out) {
  std::fill_n(out, side, values[0]);
  const int source_y = y - placed.top;
  if (source_y < 0 || source_y >= placed.image->height) return;
  const int begin = std::max(0, placed.left);
  const int end = std::min(side, placed.left + placed.image->width);
  const std::uint8_t* row = placed.image->row(source_y) + channel;
  for (int x = begin; x < end; ++x) {
    out[x] = values[row[(x - placed.left) * Image::kChannels]];
  }
}

// One tile, [3, S, S].
void write_tile(const Placed& placed, int side, const ValueTable& table, float* out) {
  for (std::size_t channel = 0; channel < table.size(); ++channel) {
    for (int y = 0; y < side; ++y, out += side) {
      write_row(placed, y, channel, side, table[channel], out);
    }
  }
}

}  // namespace

std::int64_t pixel_value_count(const TilePlan& plan, const TileConfig& config) {
  return checked_product({plan.tile_count, Image::kChannels, config.tile_side, config.tile_side})
      .value_or(0);
}

ScaledPicture::ScaledPicture(const TilePlan& plan, const TileConfig& config, Image thumbnail,
                             Image resized)
    : plan_(plan),
      config_(config),
      thumbnail_(std::move(thumbnail)),
      resized_(std::move(resized)) {}

Result<ScaledPicture> ScaledPicture::create(const Image& image, const TilePlan& plan,
                                            const TileConfig& config, ThreadPool* pool) {
  if (image.height != plan.original_height || image.width != plan.original_width) {
    return invalid_argument("the plan is for a picture of another size; plan this picture first");
  }
  const int side = config.tile_side;
  ARGES_ASSIGN_OR_RETURN(Image thumbnail, resize_bicubic(image, side, side, pool));
  ARGES_ASSIGN_OR_RETURN(Image resized,
                         resize_bicubic(image, plan.resized_height, plan.resized_width, pool));
  return ScaledPicture(plan, config, std::move(thumbnail), std::move(resized));
}

void ScaledPicture::write_tiles(std::int64_t first, std::span<float> out, ThreadPool* pool) const {
  const int side = config_.tile_side;
  const ValueTable table = make_table(config_);
  const auto tile_values = std::int64_t{Image::kChannels} * side * side;
  const auto write = [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t tile = begin; tile < end; ++tile) {
      write_tile(place(first + tile, plan_, thumbnail_, resized_, side), side, table,
                 out.data() + tile * tile_values);
    }
  };
  const std::int64_t tiles = std::ssize(out) / tile_values;
  if (pool == nullptr) {
    write(0, tiles);
  } else {
    pool->parallel_for(tiles, 1, write);
  }
}

Status tile_pixels(const Image& image, const TilePlan& plan, const TileConfig& config,
                   std::span<float> out, ThreadPool* pool) {
  if (std::ssize(out) != pixel_value_count(plan, config)) {
    return invalid_argument("the output must hold exactly the plan's tiles; size it by the plan");
  }
  ARGES_ASSIGN_OR_RETURN(const ScaledPicture picture,
                         ScaledPicture::create(image, plan, config, pool));
  picture.write_tiles(0, out, pool);
  return {};
}

}  // namespace arges::vision
