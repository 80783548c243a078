// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/base/status.h"
#include "sdk/runtime/message_image.h"
#include "sdk/snapshot/snapshot_reader.h"
#include "sdk/snapshot/snapshot_writer.h"

namespace arges::sdk::snapshot {

// A picture as its message has it: the bytes of its file, or its pixels.
void write_image(const MessageImage& image, Writer& writer);

// MODEL_INVALID for what no message could hold, as far as a file's header tells.
Result<MessageImage> read_image(Reader& reader);

}  // namespace arges::sdk::snapshot
