// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>

namespace arges::sdk {

// A door in a fake's way, open at first. A test closes it to hold a thread at a known point.
// Safe from any thread.
class Gate {
 public:
  // For the fake: waits while the gate is shut and no pass is left.
  void pass();

  void shut();
  void open();
  // Lets `count` more callers through a shut gate.
  void let(std::int64_t count);
  // Waits until a caller stands before the shut gate.
  void wait_until_held();
  // Callers that went through so far.
  std::int64_t passed() const;

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  bool open_ = true;
  std::int64_t passes_ = 0;
  std::int64_t held_ = 0;
  std::int64_t passed_ = 0;
};

}  // namespace arges::sdk
