// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "kernels/base/status.h"
#include "sdk/model/config_reader.h"
#include "vision/tiles/anyres_plan.h"
#include "vision/vit/config.h"

namespace arges::sdk {

// How pictures are cut and encoded.
struct VisionConfig {
  vision::VitConfig vit;
  vision::TileConfig tiles;
};

// The image encoder's config from a VL config.json (architecture.md §1.3): the fields of its
// vision_config and those at its top. text_hidden_size is the projector's output width.
// preprocessor: preprocessor_config.json, an empty object where the model has none; only the
// colour mean and standard deviation are taken from it.
// MODEL_INVALID or UNSUPPORTED, naming the field; the result passes check_vit_config.
Result<VisionConfig> parse_vision_config(ConfigReader& top, ConfigReader& preprocessor,
                                         std::int64_t text_hidden_size);

}  // namespace arges::sdk
