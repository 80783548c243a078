// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>

#include "sdk/async/executor.h"
#include "sdk/runtime/preparation.h"

namespace arges::sdk {

// Prepares requests off the step thread:
//
//   messages ─ text strand: prompt ids ─ picture strand: features of one picture after another
//
// Pictures of several requests take turns. Text never waits for pictures of others.
class Preparer {
 public:
  // on_ready is called, on a strand, when a preparation has become ready. The model and the
  // executor must outlive the object; the executor must be joined before it is destroyed.
  Preparer(Executor& executor, Model& model, std::function<void()> on_ready);

  // Takes over; ready() follows, at the latest one picture tile after the request is abandoned.
  void start(std::shared_ptr<Preparation> preparation);

 private:
  using Shared = std::shared_ptr<Preparation>;
  void post(Strand& strand, void (Preparer::*stage)(const Shared&), const Shared& preparation);
  void write_prompt(const Shared& preparation);
  void encode_next(const Shared& preparation);
  Status draft_prompt(Preparation& preparation) const;
  Status encode_one(Preparation& preparation) const;
  void settle(Preparation& preparation, Status status);

  Model& model_;
  const std::function<void()> on_ready_;
  Strand text_;
  Strand pictures_;
};

}  // namespace arges::sdk
