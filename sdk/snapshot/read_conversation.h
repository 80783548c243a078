// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>

#include "kernels/base/status.h"
#include "kernels/base/stop_check.h"
#include "sdk/runtime/conversation.h"
#include "sdk/runtime/model.h"

namespace arges::sdk::snapshot {

// The door for saved sessions: the conversation in a file of `size` bytes, which `give` is asked
// for in order; null when nothing had been said. Any bytes may be given: what is set aside for them
// is bounded by `size` and by the model's context, and what comes of them a model can absorb. A
// state that another device, instruction set or weight format has made is left out: the turns are
// absorbed again then.
// MODEL_INVALID: not such a file, damaged, or saved with another model; UNSUPPORTED: of a later
// version; CONTEXT_FULL: longer than this engine's context; OUT_OF_MEMORY_*; what `give` and `stop`
// return, INTERNAL (the device).
Result<std::shared_ptr<const Conversation>> read_conversation(Model& model,
                                                              const CheckpointRules& rules,
                                                              const GiveBytes& give,
                                                              std::uint64_t size,
                                                              const StopCheck& stop);

}  // namespace arges::sdk::snapshot
