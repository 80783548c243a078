// SPDX-License-Identifier: Apache-2.0
#include "vision/vit/config.h"

#include <cmath>
#include <string>

namespace arges::vision {
namespace {

// Patches of a tile, 28 times the release's: attention over them is quadratic.
constexpr std::int64_t kMaxPatches = 16384;

Status check_range(const char* field, std::int64_t value, std::int64_t low, std::int64_t high) {
  if (value >= low && value <= high) return {};
  return model_invalid(std::string("vision config field ") + field + " is " +
                       std::to_string(value) + "; it must lie between " + std::to_string(low) +
                       " and " + std::to_string(high));
}

}  // namespace

Status check_vit_config(const VitConfig& config) {
  ARGES_RETURN_IF_ERROR(check_range("image_size", config.tile_side, 1, 4096));
  ARGES_RETURN_IF_ERROR(check_range("patch_size", config.patch, 1, config.tile_side));
  ARGES_RETURN_IF_ERROR(check_range("num_channels", config.channels, 3, 3));
  ARGES_RETURN_IF_ERROR(check_range("hidden_size", config.hidden_size, 1, 1 << 16));
  ARGES_RETURN_IF_ERROR(check_range("num_hidden_layers", config.num_layers, 1, 1024));
  ARGES_RETURN_IF_ERROR(check_range("num_attention_heads", config.num_heads, 1, 1024));
  ARGES_RETURN_IF_ERROR(check_range("intermediate_size", config.ffn_size, 1, 1 << 20));
  ARGES_RETURN_IF_ERROR(check_range("projection size", config.projection_size, 1, 1 << 20));
  if (config.tile_side % config.patch != 0) {
    return model_invalid("vision config: image_size is not a multiple of patch_size");
  }
  ARGES_RETURN_IF_ERROR(check_range("patches in a tile", config.patches(), 1, kMaxPatches));
  if (config.hidden_size % config.num_heads != 0) {
    return model_invalid("vision config: hidden_size is not a multiple of num_attention_heads");
  }
  if (!std::isfinite(config.norm_epsilon) || config.norm_epsilon <= 0) {
    return model_invalid("vision config: layer_norm_eps must be a positive number");
  }
  return {};
}

}  // namespace arges::vision
