// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "kernels/base/dtype.h"
#include "kernels/base/status.h"
#include "language/model/config.h"
#include "language/text/token.h"
#include "sdk/model/format_policy.h"
#include "sdk/model/limits.h"
#include "sdk/model/model_folder.h"
#include "vision/tiles/anyres_plan.h"
#include "vision/vit/config.h"

namespace arges::sdk {

// Everything that config.json and preprocessor_config.json fix about a model.
struct ModelConfig {
  std::string name;           // the folder's name
  std::string model_type;     // as in config.json
  std::string prompt_family;  // "text-01", "vl-01", "m1" or "pocket"
  language::DecoderConfig text;
  std::optional<vision::VitConfig> vision;  // both or neither
  std::optional<vision::TileConfig> tiles;
  language::TokenId image_token = -1;   // >= 0 where vision is present
  DType declared_dtype = DType::kBF16;  // torch_dtype or dtype; weights may differ from it
  FormatPolicy file_formats;  // parts that weights_header.h says are quantised in the files
};

// Reads config.json's text in the original, the transformers-native or the VL form
// (architecture.md §1). preprocessor: preprocessor_config.json's text, or empty where there is
// none. MODEL_INVALID or UNSUPPORTED, naming the field.
Result<ModelConfig> parse_model_config(std::string_view config, std::string_view preprocessor,
                                       const ModelLimits& limits);

// The same from a model folder, weights header included. NOT_FOUND without config.json.
Result<ModelConfig> read_model_config(const ModelFolder& folder, const ModelLimits& limits);

}  // namespace arges::sdk
