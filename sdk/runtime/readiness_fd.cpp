// SPDX-License-Identifier: Apache-2.0
#include "sdk/runtime/readiness_fd.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cstdint>

namespace arges::sdk {

Result<ReadinessFd> ReadinessFd::create() {
  const int fd = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (fd < 0) {
    return Status(StatusCode::kIo,
                  "no descriptor can be made for an event queue; raise the process's limit of open "
                  "files or close some");
  }
  return ReadinessFd(fd);
}

ReadinessFd::~ReadinessFd() {
  if (fd_ >= 0) ::close(fd_);
}

// A counter of 0 or 1 neither overflows nor blocks, so the results carry no news.
void ReadinessFd::raise() {
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = ::write(fd_, &one, sizeof one);
}

void ReadinessFd::lower() {
  std::uint64_t count = 0;
  [[maybe_unused]] const auto read = ::read(fd_, &count, sizeof count);
}

}  // namespace arges::sdk
