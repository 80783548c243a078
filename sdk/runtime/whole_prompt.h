// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "kernels/base/status.h"
#include "sdk/runtime/conversation.h"
#include "sdk/runtime/engine_options.h"
#include "sdk/runtime/message.h"
#include "sdk/runtime/model.h"
#include "sdk/runtime/prompt_builder.h"

namespace arges::sdk {

// The prompt of these messages and an answer behind `past`, which may be null, from the
// conversation's first token on; written on the calling thread. Refused as Session::generate
// refuses them, and IMAGE_DECODE for an image file without a sound header.
Result<PromptDraft> write_whole_prompt(const Model& model, const EngineOptions& limits,
                                       const Conversation* past, std::span<const Message> messages);

}  // namespace arges::sdk
