// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "samples/cli/bench/random_weights.h"
#include "vision/vit/config.h"
#include "vision/vit/weights.h"

namespace arges::cli {

// Random weights of every tensor an image encoder of that config has. They belong to `random`.
// Throws Failure when memory runs out.
vision::ImageEncoderWeights random_encoder_weights(const vision::VitConfig& config,
                                                   RandomWeights& random);

// Operations of a tile's matrix products, attention's and the projector's among them.
double tile_operations(const vision::VitConfig& config);

}  // namespace arges::cli
