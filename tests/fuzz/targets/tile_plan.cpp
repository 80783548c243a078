// SPDX-License-Identifier: Apache-2.0
// Any size under any configuration: a typed refusal, or a plan whose parts fit together.
#include <cstdlib>
#include <cstring>

#include "vision/tiles/anyres_plan.h"
#include "vision/tiles/pixel_values.h"

namespace {

// Takes numbers off the input's front; zeros once it is used up.
class Numbers {
 public:
  Numbers(const std::uint8_t* data, std::size_t size) : data_(data), size_(size) {}
  int next() {
    std::int32_t value = 0;
    const std::size_t count = size_ < sizeof value ? size_ : sizeof value;
    std::memcpy(&value, data_, count);
    data_ += count;
    size_ -= count;
    return value;
  }
  bool empty() const { return size_ == 0; }

 private:
  const std::uint8_t* data_;
  std::size_t size_;
};

void require(bool condition) {
  if (!condition) std::abort();
}

void check_plan(const arges::vision::TilePlan& plan, const arges::vision::TileConfig& config) {
  require(plan.resized_height >= 1 && plan.resized_width >= 1);
  require(plan.pad_top >= 0 && plan.pad_top + plan.resized_height <= plan.canvas_height);
  require(plan.pad_left >= 0 && plan.pad_left + plan.resized_width <= plan.canvas_width);
  require(plan.grid_rows * config.tile_side == plan.canvas_height);
  require(plan.grid_cols * config.tile_side == plan.canvas_width);
  require(plan.row_begin >= 0 && plan.kept_rows() >= 0 && plan.row_end <= plan.map_height);
  require(plan.col_begin >= 0 && plan.kept_cols() >= 0 && plan.col_end <= plan.map_width);
  require(plan.token_count >= plan.thumbnail_tokens);
  require(arges::vision::pixel_value_count(plan, config) > 0);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace arges::vision;
  Numbers numbers(data, size);
  const int height = numbers.next();
  const int width = numbers.next();
  const auto published = plan_tiles(height, width, {});
  if (published.ok()) check_plan(*published, {});
  TileConfig config{.tile_side = numbers.next(), .patch = numbers.next(), .pinpoints = {}};
  while (!numbers.empty()) {
    // Multiples of the tile, or nearly every list would be refused at once.
    const auto tiles = [&] { return static_cast<int>(numbers.next() % 64LL * config.tile_side); };
    const int rows = config.tile_side > 0 && config.tile_side < 1 << 20 ? tiles() : numbers.next();
    const int cols = config.tile_side > 0 && config.tile_side < 1 << 20 ? tiles() : numbers.next();
    config.pinpoints.emplace_back(rows, cols);
  }
  const auto plan = plan_tiles(height, width, config);
  if (plan.ok()) check_plan(*plan, config);
  return 0;
}
