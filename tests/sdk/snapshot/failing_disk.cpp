// SPDX-License-Identifier: Apache-2.0
// The C library's functions that write files, in its place for the whole program.
#include "tests/sdk/snapshot/failing_disk.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdarg>
#include <cstdio>

namespace arges::sdk::testing {
namespace {

std::atomic<std::int64_t> left{-1};  // calls up to the one that meets the fault; negative: none
std::atomic<DiskFault> fault{DiskFault::kRefuse};
std::atomic<bool> was_met{false};

}  // namespace

FailingDisk::FailingDisk(std::int64_t skip, DiskFault kind) {
  was_met = false;
  fault = kind;
  left = skip;
}

FailingDisk::~FailingDisk() {
  left = -1;
}

bool FailingDisk::met() const {
  return was_met;
}

// Whether this call shall fail; does not return when it shall be the last.
bool meets_fault() {
  if (left < 0 || left-- != 0) return false;
  was_met = true;
  if (fault == DiskFault::kCrash) _exit(kCrashed);
  errno = EIO;
  return true;
}

bool will_crash() {
  return left == 0 && fault == DiskFault::kCrash;
}

}  // namespace arges::sdk::testing

namespace {

using namespace arges::sdk::testing;

template <typename Function>
Function* real(const char* name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

// Other descriptors, such as those that wake threads, go on working.
bool is_file(int descriptor) {
  struct stat info {};
  return fstat(descriptor, &info) == 0 && (S_ISREG(info.st_mode) || S_ISDIR(info.st_mode));
}

}  // namespace

extern "C" {

int open(const char* path, int flags, ...) {
  std::va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = (flags & O_CREAT) != 0 ? va_arg(arguments, mode_t) : 0;
  va_end(arguments);
  if ((flags & O_CREAT) != 0 && meets_fault()) return -1;
  return real<int(const char*, int, ...)>("open")(path, flags, mode);
}

ssize_t write(int descriptor, const void* bytes, size_t count) {
  auto* const write_really = real<ssize_t(int, const void*, size_t)>("write");
  if (!is_file(descriptor)) return write_really(descriptor, bytes, count);
  if (will_crash()) write_really(descriptor, bytes, count / 2);
  return meets_fault() ? -1 : write_really(descriptor, bytes, count);
}

int ftruncate(int descriptor, off_t length) noexcept {
  return meets_fault() ? -1 : real<int(int, off_t)>("ftruncate")(descriptor, length);
}

int fsync(int descriptor) {
  return meets_fault() ? -1 : real<int(int)>("fsync")(descriptor);
}

int rename(const char* from, const char* to) noexcept {
  return meets_fault() ? -1 : real<int(const char*, const char*)>("rename")(from, to);
}

}  // extern "C"
