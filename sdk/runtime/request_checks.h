// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "kernels/base/status.h"
#include "kernels/base/stop_check.h"
#include "sdk/runtime/engine_options.h"
#include "sdk/runtime/generate_options.h"
#include "sdk/runtime/message.h"
#include "sdk/runtime/model.h"
#include "sdk/runtime/prompt_builder.h"

namespace arges::sdk {

// What can be said against a request before any work is done for it. Cheap: no token is made and
// no pixel read.

// INVALID_ARGUMENT for messages that no conversation allows before that end, text that is not
// UTF-8, and more parts, text or images than the limits allow in all.
Status check_messages(std::span<const Message> messages, PromptEnd end,
                      const EngineOptions& limits);
// INVALID_ARGUMENT for a value out of its range. Stop strings are StopMatcher's to check.
Status check_generate_options(const GenerateOptions& options, const Model& model);
// UNSUPPORTED for a text-only model.
Status check_takes_images(const Model& model);
// UNSUPPORTED for an image to a text-only model, INVALID_ARGUMENT for pixels that cannot be tiled.
// Of files nothing is read.
Status check_images(std::span<const Message> messages, const Model& model);

// Placeholder tokens of each image, in order; of files the headers are read, and `stop` is asked
// before each. As check_images, and IMAGE_DECODE for a file without a sound header.
Result<std::vector<std::int64_t>> count_image_tokens(std::span<const Message> messages,
                                                     const Model& model, const StopCheck& stop);

}  // namespace arges::sdk
