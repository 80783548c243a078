// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace arges::sdk::testing {

enum class DiskFault {
  kRefuse,  // the call fails with EIO
  kCrash,   // the process ends inside it; of a write, half of the bytes have been written
};

// While one lives, the call after `skip` more of those that write files (open for writing, write,
// ftruncate, fsync, rename) meets the fault. One at a time.
class FailingDisk {
 public:
  FailingDisk(std::int64_t skip, DiskFault fault);
  ~FailingDisk();
  FailingDisk(const FailingDisk&) = delete;
  FailingDisk& operator=(const FailingDisk&) = delete;

  // Whether the fault was met.
  bool met() const;
};

constexpr int kCrashed = 99;  // the exit status of kCrash

}  // namespace arges::sdk::testing
