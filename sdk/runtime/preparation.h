// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "kernels/base/status.h"
#include "language/text/token.h"
#include "sdk/runtime/message.h"
#include "sdk/runtime/model.h"
#include "sdk/runtime/preparation_times.h"
#include "sdk/runtime/prompt_builder.h"
#include "sdk/runtime/request_state.h"

namespace arges::sdk {

// A request's way from messages to a complete ModelInput. Written by the preparer's threads, one
// at a time; the step thread reads it once ready() and not before.
struct Preparation {
  std::shared_ptr<RequestState> request;
  // Where the conversation stood when the request was accepted. A copy: the session may move on
  // when the request is cancelled, while its preparation is still under way.
  bool first = true;
  std::int64_t absorbed = 0;
  std::vector<language::TokenId> tail;

  PromptEnd end = PromptEnd::kAnswer;
  std::vector<Message> messages;  // each emptied once it is in the draft
  std::size_t messages_done = 0;
  std::vector<std::int64_t> image_tokens;  // of each picture, in order; known once it has begun
  PromptDraft draft;
  std::size_t images_done = 0;

  PreparationTimes times;

  Status status;  // why it failed, once ready
  std::atomic<bool> finished{false};
  std::atomic<bool> withdrawn{false};  // the request has ended before it was ready

  // Nobody needs it any more.
  bool abandoned() const { return withdrawn || request->abandoned(); }
  bool ready() const { return finished.load(std::memory_order_acquire); }
};

}  // namespace arges::sdk
