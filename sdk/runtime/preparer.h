// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>

#include "sdk/async/engine_thread.h"
#include "sdk/runtime/preparation.h"

namespace arges::sdk {

// Prepares requests off the step thread:
//
//   messages ─ text thread: ids of one message after another ─ picture thread: features of one
//   picture after another
//
// Several requests take turns, message by message and picture by picture. Text never waits for
// pictures.
class Preparer {
 public:
  // Starts both threads. on_ready is called on one of them when a preparation has become ready.
  // The model must outlive the object. IO when the system refuses a thread, OUT_OF_MEMORY_HOST.
  static Result<std::unique_ptr<Preparer>> create(Model& model, std::function<void()> on_ready);

  // Takes over; ready() follows, at the latest one message or one picture step (see
  // ImageEncoder::encode) after the request is abandoned.
  void start(std::shared_ptr<Preparation> preparation);
  // Finishes what was started and ends the threads. Idempotent; not from one of them.
  void join();

 private:
  using Shared = std::shared_ptr<Preparation>;
  using Stage = void (Preparer::*)(const Shared&);

  Preparer(Model& model, std::function<void()> on_ready, std::unique_ptr<EngineThread> text,
           std::unique_ptr<EngineThread> pictures);
  void post(EngineThread& thread, Stage stage, const Shared& preparation);
  void write_next(const Shared& preparation);
  void encode_next(const Shared& preparation);
  Status begin_prompt(Preparation& preparation) const;
  Status write_one(Preparation& preparation) const;
  Status check_context(const Preparation& preparation, std::int64_t more) const;
  Status encode_one(Preparation& preparation) const;
  void settle(Preparation& preparation, Status status);

  Model& model_;
  const std::function<void()> on_ready_;
  const std::int64_t longest_token_;  // bytes; 0 when it bounds nothing
  const std::unique_ptr<EngineThread> text_;
  const std::unique_ptr<EngineThread> pictures_;
};

}  // namespace arges::sdk
