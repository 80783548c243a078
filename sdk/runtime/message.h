// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <variant>
#include <vector>

#include "language/text/prompt.h"
#include "sdk/runtime/message_image.h"
#include "sdk/runtime/message_text.h"

namespace arges::sdk {

// A part of a message. Text is always literal: no string in it can become a control token or an
// image placeholder.
using MessagePart = std::variant<MessageText, MessageImage>;

// One message of a conversation, as a caller writes it.
struct Message {
  language::Role role = language::Role::kUser;
  std::vector<MessagePart> parts;
};

}  // namespace arges::sdk
