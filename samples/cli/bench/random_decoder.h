// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "language/model/config.h"
#include "language/model/weights.h"
#include "samples/cli/bench/random_weights.h"

namespace arges::cli {

// Random weights of every tensor a decoder of that config has. They belong to `random`. Throws
// Failure when memory runs out.
language::DecoderWeights random_decoder_weights(const language::DecoderConfig& config,
                                                RandomWeights& random);

}  // namespace arges::cli
