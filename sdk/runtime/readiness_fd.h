// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <utility>

#include "kernels/base/status.h"

namespace arges::sdk {

// A descriptor that is readable exactly while it is raised, for other people's event loops. Linux
// eventfd; another system needs another .cpp (a pipe, or kqueue). Movable; not synchronised.
class ReadinessFd {
 public:
  // IO when the process has no descriptor left.
  static Result<ReadinessFd> create();
  ~ReadinessFd();
  ReadinessFd(ReadinessFd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  ReadinessFd& operator=(ReadinessFd&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }

  int fd() const { return fd_; }
  // Precondition: lowered.
  void raise();
  // Precondition: raised.
  void lower();

 private:
  explicit ReadinessFd(int fd) : fd_(fd) {}

  int fd_;
};

}  // namespace arges::sdk
