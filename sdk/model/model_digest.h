// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "kernels/base/status.h"
#include "language/text/tokenizer.h"
#include "sdk/model/checkpoint.h"
#include "sdk/model/limits.h"
#include "sdk/model/model_folder.h"

namespace arges::sdk {

// Tells a model folder from others, cheaply however large it is: config.json,
// preprocessor_config.json and arges_weights.json byte for byte; each token of the vocabulary;
// name, type and shape of each tensor, and 64 bytes from its middle. So another training, format or
// vocabulary has another digest, and a change of a few weights elsewhere has none. Not against
// somebody who makes a folder to agree.
// tokenizer: null when it has not been loaded. The checkpoint's files have been brought in. As
// ModelFolder::read_text.
Result<std::uint64_t> digest_of(const ModelFolder& folder, const language::Tokenizer* tokenizer,
                                const Checkpoint& checkpoint, const ModelLimits& limits);

}  // namespace arges::sdk
