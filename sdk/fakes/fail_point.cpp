// SPDX-License-Identifier: Apache-2.0
#include "sdk/fakes/fail_point.h"

#include <new>
#include <utility>

namespace arges::sdk {

void FailPoint::fail_after(std::int64_t skip, Status status) {
  std::lock_guard lock(mutex_);
  skip_ = skip;
  throws_ = false;
  status_ = std::move(status);
}

void FailPoint::throw_after(std::int64_t skip) {
  std::lock_guard lock(mutex_);
  skip_ = skip;
  throws_ = true;
}

Status FailPoint::check() {
  std::lock_guard lock(mutex_);
  if (skip_ < 0 || skip_-- > 0) return {};
  if (throws_) throw std::bad_alloc();
  return status_;
}

}  // namespace arges::sdk
