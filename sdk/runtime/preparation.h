// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "kernels/base/status.h"
#include "sdk/runtime/conversation.h"
#include "sdk/runtime/message.h"
#include "sdk/runtime/model.h"
#include "sdk/runtime/preparation_times.h"
#include "sdk/runtime/prompt_builder.h"
#include "sdk/runtime/request_state.h"
#include "sdk/runtime/step_work.h"

namespace arges::sdk {

// A request's way from messages to all that its steps need. Written by the preparer's threads, one
// at a time; the step thread reads it once ready() and not before.
struct Preparation {
  std::shared_ptr<RequestState> request;
  // Where the conversation stood when the request was accepted. The session may move on when the
  // request is cancelled, while its preparation is still under way.
  std::shared_ptr<const Conversation> past;
  CheckpointRules checkpoint_rules;  // of the session, as what follows
  std::shared_ptr<Scope> scope;
  // Once the first message has begun, `past`'s; once laid out, where the steps begin.
  Resumption resumption;

  PromptEnd end = PromptEnd::kAnswer;
  std::vector<Message> messages;  // each emptied once the draft has it
  std::size_t messages_done = 0;
  std::vector<std::int64_t> image_tokens;  // of each picture, in order; known once it has begun
  PromptDraft draft;
  MessageImage::Pixels pixels;           // of the picture under way
  std::unique_ptr<ImageEncoding> image;  // under way
  std::size_t images_known = 0;          // have their digest
  std::size_t images_done = 0;
  bool laid_out = false;           // what follows is there, but for the input's pictures
  ModelInput input;                // what comes of the draft, from its absorbed ids on
  Passage passage;                 // the same as the conversation will hold it
  std::int64_t border = 0;         // of the input, its last
  std::vector<TurnEnd> turn_ends;  // in the input

  // How the answer will be made, until it is part of `work`.
  GenerateOptions options;
  std::optional<AnswerRules> rules;
  StepWork work;  // once ready

  PreparationTimes times;

  Status status;  // why it failed, once ready
  std::atomic<bool> finished{false};
  std::atomic<bool> withdrawn{false};  // the request has ended before it was ready

  bool text_complete() const { return messages_done == messages.size(); }
  bool prompt_complete() const { return laid_out && images_done == draft.images.size(); }
  // When nobody needs it any more.
  std::chrono::steady_clock::time_point deadline = std::chrono::steady_clock::time_point::max();

  // Nobody needs it any more.
  bool abandoned() const {
    return withdrawn || request->abandoned() || std::chrono::steady_clock::now() >= deadline;
  }
  bool ready() const { return finished.load(std::memory_order_acquire); }
};

}  // namespace arges::sdk
