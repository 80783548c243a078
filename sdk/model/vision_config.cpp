// SPDX-License-Identifier: Apache-2.0
#include "sdk/model/vision_config.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace arges::sdk {
namespace {

using vision::TileConfig;
using vision::VitConfig;

// Far above the release's 28 canvases of at most 6 x 6 tiles; keeps every plan's counts small.
constexpr std::size_t kMostPinpoints = 256;
constexpr std::int64_t kMostTilesPerSide = 16;
// Sixteen times the release's largest canvas; a picture's pixels take 12 bytes each of them.
constexpr std::int64_t kMostCanvasPixels = std::int64_t{1} << 25;

VitConfig read_vit(ConfigReader& reader) {
  VitConfig vit;  // the members' defaults are the release's values
  vit.tile_side = reader.integer("image_size", vit.tile_side);
  vit.patch = reader.integer("patch_size", vit.patch);
  vit.channels = reader.integer("num_channels", vit.channels);
  vit.hidden_size = reader.integer("hidden_size", vit.hidden_size);
  vit.num_layers = reader.integer("num_hidden_layers", vit.num_layers);
  vit.num_heads = reader.integer("num_attention_heads", vit.num_heads);
  vit.ffn_size = reader.integer("intermediate_size", vit.ffn_size);
  vit.norm_epsilon = static_cast<float>(reader.number("layer_norm_eps", 1e-5));
  reader.require_text("hidden_act", "gelu");
  // Transformers' own defaults are others (quick_gelu, 12 heads), and no tensor's shape would tell.
  for (const char* key : {"hidden_act", "num_attention_heads"}) {
    if (!reader.has(key)) reader.invalid(key, "is missing; copy config.json again");
  }
  return vit;
}

// Only what the release does: last layer, class token dropped, GELU projector with biases.
void check_feature_choice(ConfigReader& top, const VitConfig& vit) {
  const std::int64_t layer = top.uniform_integer("vision_feature_layer", -1);
  if (layer != -1 && layer != vit.num_layers) {
    top.unsupported("vision_feature_layer", "is not -1; only the last layer is supported");
  }
  top.require_text("vision_feature_select_strategy", "default");
  top.require_text("projector_hidden_act", "gelu");
  top.require_text("process_image_mode", "anyres");
  if (!top.boolean("multimodal_projector_bias", true)) {
    top.unsupported("multimodal_projector_bias",
                    "is false; a projector without bias is not "
                    "supported");
  }
  if (top.integer("image_seq_length", vit.patches()) != vit.patches()) {
    top.invalid("image_seq_length",
                "is not the number of patches in a tile, " + std::to_string(vit.patches()));
  }
}

bool is_canvas_side(std::int64_t side, std::int64_t tile) {
  return side >= tile && side % tile == 0 && side / tile <= kMostTilesPerSide;
}

bool is_canvas(std::int64_t height, std::int64_t width, std::int64_t tile) {
  return is_canvas_side(height, tile) && is_canvas_side(width, tile) &&
         height * width <= kMostCanvasPixels;
}

constexpr const char* kPinpoints = "image_grid_pinpoints";

// Pairs (height, width) of whole tiles.
void read_pinpoints(ConfigReader& reader, TileConfig& tiles) {
  const nlohmann::json* list = reader.find(kPinpoints);
  if (list == nullptr) return;
  if (!list->is_array() || list->empty() || list->size() > kMostPinpoints) {
    return reader.invalid(kPinpoints, "must list 1 to 256 canvases");
  }
  tiles.pinpoints.clear();
  for (const auto& pair : *list) {
    if (!pair.is_array() || pair.size() != 2 || !pair[0].is_number_unsigned() ||
        !pair[1].is_number_unsigned()) {
      return reader.invalid(kPinpoints, "must hold pairs of a height and a width");
    }
    const auto height = pair[0].get<std::int64_t>();
    const auto width = pair[1].get<std::int64_t>();
    if (!is_canvas(height, width, tiles.tile_side)) {
      return reader.invalid(kPinpoints,
                            "has a canvas of more than 2^25 pixels, or with a side that is not 1 "
                            "to 16 whole tiles of image_size");
    }
    tiles.pinpoints.emplace_back(static_cast<int>(height), static_cast<int>(width));
  }
}

// Both files may list the canvases; the published processor reads the second, the model the first.
void read_all_pinpoints(ConfigReader& top, ConfigReader& preprocessor, TileConfig& tiles) {
  read_pinpoints(top, tiles);
  const auto of_config = tiles.pinpoints;
  read_pinpoints(preprocessor, tiles);
  if (!top.has(kPinpoints) || !preprocessor.has(kPinpoints)) return;
  if (!std::is_permutation(tiles.pinpoints.begin(), tiles.pinpoints.end(), of_config.begin(),
                           of_config.end())) {
    preprocessor.invalid(kPinpoints, "is not the list of config.json");
  }
  tiles.pinpoints = of_config;
}

// The default canvases fit only tiles they are multiples of.
void check_default_pinpoints(ConfigReader& top, const TileConfig& tiles) {
  for (const auto& [height, width] : tiles.pinpoints) {
    if (!is_canvas(height, width, tiles.tile_side)) {
      return top.invalid(kPinpoints,
                         "is missing, and the published canvases do not "
                         "fit this image_size");
    }
  }
}

void read_channels(ConfigReader& reader, const char* key, bool positive,
                   std::array<float, 3>& out) {
  const std::vector<double> values = reader.numbers(key, 3);
  if (!reader.has(key)) return;
  if (values.size() != 3) return reader.invalid(key, "must hold three numbers");
  for (std::size_t c = 0; c < 3; ++c) {
    out[c] = static_cast<float>(values[c]);
    const bool usable = std::isfinite(out[c]) && (!positive || out[c] > 0.0F);
    if (!usable) reader.invalid(key, positive ? "must be positive" : "must be finite");
  }
}

void read_preprocessor(ConfigReader& reader, TileConfig& tiles) {
  constexpr std::int64_t kBicubic = 3;  // Pillow's number
  for (const char* step : {"do_resize", "do_rescale", "do_normalize"}) {
    if (!reader.boolean(step, true)) reader.unsupported(step, "is false");
  }
  if (reader.integer("resample", kBicubic) != kBicubic) {
    reader.unsupported("resample", "is not 3 (bicubic)");
  }
  read_channels(reader, "image_mean", false, tiles.mean);
  read_channels(reader, "image_std", true, tiles.std);
  reader.require_text("process_image_mode", "anyres");
  const double factor = reader.number("rescale_factor", 1.0 / 255.0);
  if (!(std::abs(factor - 1.0 / 255.0) < 1e-9)) {
    reader.unsupported("rescale_factor", "is not 1/255");
  }
}

}  // namespace

Result<VisionConfig> parse_vision_config(ConfigReader& top, ConfigReader& preprocessor,
                                         std::int64_t text_hidden_size) {
  ConfigReader tower = top.object("vision_config");
  VisionConfig config;
  config.vit = read_vit(tower);
  config.vit.projection_size = text_hidden_size;
  ARGES_RETURN_IF_ERROR(tower.status());
  ARGES_RETURN_IF_ERROR(check_vit_config(config.vit));
  config.tiles.tile_side = static_cast<int>(config.vit.tile_side);
  config.tiles.patch = static_cast<int>(config.vit.patch);
  check_feature_choice(top, config.vit);
  read_all_pinpoints(top, preprocessor, config.tiles);
  check_default_pinpoints(top, config.tiles);
  ARGES_RETURN_IF_ERROR(top.status());
  read_preprocessor(preprocessor, config.tiles);
  ARGES_RETURN_IF_ERROR(preprocessor.status());
  return config;
}

}  // namespace arges::sdk
