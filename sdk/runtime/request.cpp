// SPDX-License-Identifier: Apache-2.0
#include "sdk/runtime/engine.h"
#include "sdk/runtime/request_state.h"
#include "sdk/runtime/scheduler.h"

namespace arges::sdk {

void Request::cancel() {
  state_->cancel_requested = true;
  if (const auto scheduler = state_->scheduler.lock()) scheduler->wake();
}

bool Request::wait(std::chrono::milliseconds timeout) const {
  return state_->wait(timeout);
}

bool Request::finished() const {
  return state_->finished;
}

}  // namespace arges::sdk
