// SPDX-License-Identifier: Apache-2.0
#include "vision/tiles/anyres_plan.h"

#include <algorithm>
#include <limits>
#include <string>
#include <tuple>

namespace arges::vision {
namespace {

// No model is near these; they keep every product of the plan far inside 64 bits.
constexpr int kLargestSide = 1 << 16;
constexpr std::size_t kMostPinpoints = 4096;
// Of a canvas, and so of a tile. A plan's counts and a feature's index then fit 32 bits.
constexpr std::int64_t kMostPatches = std::int64_t{1} << 28;

// Of sides that are within kLargestSide.
Status check_patch_count(int height, int width, int patch) {
  if (std::int64_t{height / patch} * (width / patch) <= kMostPatches) return {};
  return model_invalid("the pinpoint " + std::to_string(height) + " by " + std::to_string(width) +
                       " is cut into more than " + std::to_string(kMostPatches) +
                       " patches; correct patch_size or image_grid_pinpoints");
}

Status check_config(const TileConfig& config) {
  if (config.patch < 1 || config.tile_side < 1 || config.tile_side > kLargestSide ||
      config.tile_side % config.patch != 0) {
    return model_invalid("a tile of " + std::to_string(config.tile_side) +
                         " pixels cannot be cut into patches of " + std::to_string(config.patch) +
                         "; correct image_size and patch_size in the model's config");
  }
  if (config.pinpoints.empty() || config.pinpoints.size() > kMostPinpoints) {
    return model_invalid("the model's config must list 1 to " + std::to_string(kMostPinpoints) +
                         " image_grid_pinpoints");
  }
  for (const auto& [height, width] : config.pinpoints) {
    if (std::min(height, width) < 1 || std::max(height, width) > kLargestSide ||
        height % config.tile_side != 0 || width % config.tile_side != 0) {
      return model_invalid("the pinpoint " + std::to_string(height) + " by " +
                           std::to_string(width) + " is not made of whole tiles of " +
                           std::to_string(config.tile_side) + "; correct image_grid_pinpoints");
    }
    ARGES_RETURN_IF_ERROR(check_patch_count(height, width, config.patch));
  }
  return {};
}

Status check_picture(int height, int width) {
  if (std::min(height, width) >= 1) return {};
  return invalid_argument("a picture of " + std::to_string(width) + " by " +
                          std::to_string(height) + " pixels has no area; send a larger one");
}

// The canvas that keeps most of the picture's pixels, then the one that wastes least (§4.2 step 1).
std::pair<int, int> select_canvas(double height, double width, const TileConfig& config) {
  std::pair<int, int> best = config.pinpoints.front();
  std::int64_t most_kept = 0;
  std::int64_t least_wasted = std::numeric_limits<std::int64_t>::max();
  for (const auto& pinpoint : config.pinpoints) {
    const double scale = std::min(pinpoint.second / width, pinpoint.first / height);
    const auto scaled_width = static_cast<std::int64_t>(width * scale);
    const auto scaled_height = static_cast<std::int64_t>(height * scale);
    const auto kept =
        std::min(scaled_width * scaled_height, static_cast<std::int64_t>(width * height));
    const auto wasted = std::int64_t{pinpoint.first} * pinpoint.second - kept;
    if (kept > most_kept || (kept == most_kept && wasted < least_wasted)) {
      most_kept = kept;
      least_wasted = wasted;
      best = pinpoint;
    }
  }
  return best;
}

double aspect(int width, int height) {
  return static_cast<double>(width) / height;
}

int floor_ratio(int numerator_a, int numerator_b, int denominator) {
  return static_cast<int>(std::int64_t{numerator_a} * numerator_b / denominator);
}

// Keeps the ratio; the free side is rounded down (§4.2 step 2).
Status fit_into_canvas(TilePlan& plan) {
  const bool wide = aspect(plan.original_width, plan.original_height) >
                    aspect(plan.canvas_width, plan.canvas_height);
  plan.resized_height =
      wide ? floor_ratio(plan.canvas_width, plan.original_height, plan.original_width)
           : plan.canvas_height;
  plan.resized_width =
      wide ? plan.canvas_width
           : floor_ratio(plan.canvas_height, plan.original_width, plan.original_height);
  if (std::min(plan.resized_height, plan.resized_width) < 1) {
    return invalid_argument("a picture of " + std::to_string(plan.original_width) + " by " +
                            std::to_string(plan.original_height) +
                            " pixels is too narrow for this model; crop its long side");
  }
  plan.pad_top = (plan.canvas_height - plan.resized_height) / 2;
  plan.pad_left = (plan.canvas_width - plan.resized_width) / 2;
  return {};
}

void cut_into_tiles(TilePlan& plan, const TileConfig& config) {
  const int patches = config.tile_side / config.patch;
  plan.grid_rows = plan.canvas_height / config.tile_side;
  plan.grid_cols = plan.canvas_width / config.tile_side;
  plan.map_height = plan.grid_rows * patches;
  plan.map_width = plan.grid_cols * patches;
  plan.thumbnail_tokens = patches * patches;
  plan.tile_count = 1 + std::int64_t{plan.grid_rows} * plan.grid_cols;
}

// Drops the map's rows or columns that show padding only, the same number at both ends (§4.3).
void unpad(TilePlan& plan) {
  int rows = 0;
  int cols = 0;
  if (aspect(plan.original_width, plan.original_height) > aspect(plan.map_width, plan.map_height)) {
    rows =
        (plan.map_height - floor_ratio(plan.original_height, plan.map_width, plan.original_width)) /
        2;
  } else {
    cols =
        (plan.map_width - floor_ratio(plan.original_width, plan.map_height, plan.original_height)) /
        2;
  }
  plan.row_begin = rows;
  plan.row_end = plan.map_height - rows;
  plan.col_begin = cols;
  plan.col_end = plan.map_width - cols;
}

}  // namespace

std::vector<std::pair<int, int>> minimax_pinpoints() {
  constexpr int kTile = 336;
  constexpr int kColumns[] = {6, 6, 6, 4, 3, 3};  // for canvases of 1, 2, … 6 tile rows
  std::vector<std::pair<int, int>> pinpoints;
  for (int rows = 1; rows <= 6; ++rows) {
    for (int cols = 1; cols <= kColumns[rows - 1]; ++cols) {
      pinpoints.emplace_back(rows * kTile, cols * kTile);
    }
  }
  return pinpoints;
}

Result<TilePlan> plan_tiles(int height, int width, const TileConfig& config) {
  ARGES_RETURN_IF_ERROR(check_config(config));
  ARGES_RETURN_IF_ERROR(check_picture(height, width));
  TilePlan plan;
  plan.original_height = height;
  plan.original_width = width;
  std::tie(plan.canvas_height, plan.canvas_width) = select_canvas(height, width, config);
  ARGES_RETURN_IF_ERROR(fit_into_canvas(plan));
  cut_into_tiles(plan, config);
  unpad(plan);
  plan.token_count =
      plan.thumbnail_tokens + std::int64_t{plan.kept_rows()} * (plan.kept_cols() + 1);
  return plan;
}

}  // namespace arges::vision
