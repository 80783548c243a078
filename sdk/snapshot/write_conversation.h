// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/base/status.h"
#include "sdk/runtime/conversation.h"
#include "sdk/runtime/model.h"

namespace arges::sdk::snapshot {

// Gives the bytes of a saved conversation (null: nothing has been said) to `take`: its turns, and
// the state of the last one whose sequence is there. What `take` returns; OUT_OF_MEMORY_HOST,
// INTERNAL (the device).
Status write_conversation(const Model& model, const Conversation* past, const TakeBytes& take);

}  // namespace arges::sdk::snapshot
