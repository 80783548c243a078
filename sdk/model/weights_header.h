// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "kernels/base/status.h"
#include "sdk/model/format_policy.h"
#include "sdk/model/limits.h"
#include "sdk/model/model_folder.h"

namespace arges::sdk {

// What stands beside weights that `arges quantize` wrote, and says how they lie in the files
// (sdk/quantise/README.md). A folder without it is an ordinary checkpoint.
inline constexpr std::string_view kWeightsHeaderFile = "arges_weights.json";

// The parts whose weights are quantised in the files; the others are kStored. MODEL_INVALID, naming
// the field, for anything but 8 or 4 bits, groups of kGroupInputs and panels of 16 outputs;
// UNSUPPORTED for a version that this library does not know.
Result<FormatPolicy> parse_weights_header(std::string_view text, const ModelLimits& limits);

// The same of a folder; as stored where it has no such file.
Result<FormatPolicy> read_weights_header(const ModelFolder& folder, const ModelLimits& limits);

// The file's text. Precondition: `formats` quantises parts of the language model and nothing else.
std::string weights_header(const FormatPolicy& formats);

}  // namespace arges::sdk
