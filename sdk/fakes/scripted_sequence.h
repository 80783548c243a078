// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>

#include "sdk/fakes/scripted_model.h"
#include "sdk/fakes/sequence_faults.h"
#include "sdk/runtime/model.h"

namespace arges::sdk {

// The memory of one scripted conversation; counts itself while it lives.
class ScriptedSequence : public Sequence {
 public:
  using Counter = std::shared_ptr<std::atomic<std::int64_t>>;

  ScriptedSequence(History past, Counter live, std::shared_ptr<SequenceFaults> faults)
      : history(std::move(past)), live_(std::move(live)), faults_(std::move(faults)) {
    ++*live_;
  }
  ~ScriptedSequence() override { --*live_; }
  ScriptedSequence(const ScriptedSequence&) = delete;
  ScriptedSequence& operator=(const ScriptedSequence&) = delete;

  std::int64_t length() const override { return static_cast<std::int64_t>(history.ids.size()); }
  Status reserve(std::int64_t) override { return faults_->reserve.check(); }
  Result<std::unique_ptr<Sequence>> clone() const override {
    faults_->clone_gate.pass();
    ARGES_RETURN_IF_ERROR(faults_->clone.check());
    return std::unique_ptr<Sequence>(new ScriptedSequence(history, live_, faults_));
  }
  Status write(const TakeBytes& take) const override {
    faults_->write_gate.pass();
    ARGES_RETURN_IF_ERROR(faults_->write.check());
    ARGES_RETURN_IF_ERROR(take(std::as_bytes(std::span(history.ids))));
    return take(std::as_bytes(std::span(history.features)));
  }

  History history;

 private:
  const Counter live_;
  const std::shared_ptr<SequenceFaults> faults_;
};

}  // namespace arges::sdk
