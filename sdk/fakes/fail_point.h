// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <mutex>

#include "kernels/base/status.h"

namespace arges::sdk {

// A place where a fake can be told to fail. Safe from any thread.
class FailPoint {
 public:
  // The call after `skip` more fails with `status`, once.
  void fail_after(std::int64_t skip, Status status);
  // The same, but it throws std::bad_alloc.
  void throw_after(std::int64_t skip);

  // For the fake: what this call shall answer.
  Status check();

 private:
  std::mutex mutex_;
  std::int64_t skip_ = -1;  // negative: not armed
  bool throws_ = false;
  Status status_;
};

}  // namespace arges::sdk
