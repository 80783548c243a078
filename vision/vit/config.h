// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "kernels/base/status.h"

namespace arges::vision {

// The image encoder's shape (architecture.md §1.3, §4.1), built by sdk/model from vision_config.
struct VitConfig {
  std::int64_t tile_side = 336;  // pixels
  std::int64_t patch = 14;       // pixels
  std::int64_t channels = 3;
  std::int64_t hidden_size = 1024;
  std::int64_t num_layers = 24;
  std::int64_t num_heads = 16;
  std::int64_t ffn_size = 4096;
  float norm_epsilon = 1e-5f;
  std::int64_t projection_size = 6144;  // the language model's hidden size

  std::int64_t grid() const { return tile_side / patch; }   // patches along a side
  std::int64_t patches() const { return grid() * grid(); }  // patches in a tile
  std::int64_t head_dim() const { return hidden_size / num_heads; }
};

// MODEL_INVALID, naming the field, unless every number is in range and all agree.
Status check_vit_config(const VitConfig& config);

}  // namespace arges::vision
