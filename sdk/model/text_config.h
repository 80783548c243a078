// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/base/status.h"
#include "language/model/config.h"
#include "sdk/model/config_reader.h"

namespace arges::sdk {

// The language model's config from the object that holds its fields: all of config.json, or its
// text_config. Reads the original and the transformers-native key names side by side
// (architecture.md §1.4). rotary_dim counts before partial_rotary_factor, because native files keep
// it as the truth about the weights while the class writes a factor of 1 beside it (§7.1); other
// fields that contradict each other are refused, or the original name counts.
// Only the defaults depend on model_type: "minimax" and "minimax_vl_01_text" take the native ones.
// MODEL_INVALID or UNSUPPORTED, naming the field; the result passes check_decoder_config.
Result<language::DecoderConfig> parse_text_config(ConfigReader& reader);

}  // namespace arges::sdk
