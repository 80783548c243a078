// SPDX-License-Identifier: Apache-2.0
// arges debug image: a picture as the vision transformer sees it; needs config.json alone.
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>

#include "samples/cli/commands.h"
#include "samples/cli/debug_picture.h"
#include "samples/cli/failure.h"
#include "samples/cli/npy_writer.h"
#include "sdk/model/model_config.h"
#include "vision/tiles/pixel_values.h"

namespace arges::cli {
namespace {

vision::TileConfig read_tile_config(const std::string& folder_path) {
  const auto folder = require(sdk::ModelFolder::open(folder_path));
  const sdk::ModelConfig config = require(sdk::read_model_config(folder, {}));
  if (!config.tiles) {
    throw Failure(folder_path + " is a model without an image encoder; choose one with --model");
  }
  return *config.tiles;
}

// Pairs are [height, width] or [begin, end), as in vision/tiles/anyres_plan.h.
nlohmann::json describe(const vision::TilePlan& plan) {
  using Pair = std::array<int, 2>;
  return {{"original", Pair{plan.original_height, plan.original_width}},
          {"canvas", Pair{plan.canvas_height, plan.canvas_width}},
          {"resized", Pair{plan.resized_height, plan.resized_width}},
          {"padding", Pair{plan.pad_top, plan.pad_left}},
          {"grid", Pair{plan.grid_rows, plan.grid_cols}},
          {"feature_map", Pair{plan.map_height, plan.map_width}},
          {"kept_rows", Pair{plan.row_begin, plan.row_end}},
          {"kept_columns", Pair{plan.col_begin, plan.col_end}},
          {"thumbnail_tokens", plan.thumbnail_tokens},
          {"tiles", plan.tile_count},
          {"tokens", plan.token_count}};
}

void run_image(const PictureOptions& options) {
  const vision::TileConfig config = read_tile_config(options.model.model);
  const vision::Image image = decode_picture(options.picture);
  const vision::TilePlan plan = require(vision::plan_tiles(image.height, image.width, config));
  std::vector<float> pixels(static_cast<std::size_t>(vision::pixel_value_count(plan, config)));
  require(vision::tile_pixels(image, plan, config, pixels, nullptr));
  NpyWriter out(options.out,
                {plan.tile_count, vision::Image::kChannels, config.tile_side, config.tile_side});
  out.append(pixels);
  out.close();
  std::printf("%s\n", describe(plan).dump().c_str());
}

}  // namespace

void add_debug_image(Command debug) {
  const auto options = std::make_shared<PictureOptions>();
  Command command = debug.command(
      "image", "Pixel values of all tiles, float32 [tiles, 3, side, side]; prints the plan");
  add_model_option(command, options->model);
  add_picture_options(command, *options);
  command.action([options] { run_image(*options); });
}

}  // namespace arges::cli
