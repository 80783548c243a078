// SPDX-License-Identifier: Apache-2.0
#include "sdk/fakes/gate.h"

namespace arges::sdk {

void Gate::pass() {
  std::unique_lock lock(mutex_);
  ++held_;
  changed_.notify_all();
  changed_.wait(lock, [this] { return open_ || passes_ > 0; });
  --held_;
  if (!open_) --passes_;
  ++passed_;
}

void Gate::shut() {
  std::lock_guard lock(mutex_);
  open_ = false;
  passes_ = 0;
}

void Gate::open() {
  std::lock_guard lock(mutex_);
  open_ = true;
  changed_.notify_all();
}

void Gate::let(std::int64_t count) {
  std::lock_guard lock(mutex_);
  passes_ += count;
  changed_.notify_all();
}

void Gate::wait_until_held() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return !open_ && passes_ == 0 && held_ > 0; });
}

std::int64_t Gate::passed() const {
  std::lock_guard lock(mutex_);
  return passed_;
}

}  // namespace arges::sdk
