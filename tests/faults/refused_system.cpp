// SPDX-License-Identifier: Apache-2.0
// Descriptors and threads among the points of refused_memory.h: the C library's functions that give
// them, in its place for the whole program. Not for sanitized builds, whose run time stands there
// itself.
#include <dlfcn.h>
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>

#include <cerrno>

#include "tests/faults/refused_memory.h"

namespace {

template <typename Function>
Function* real(const char* name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

bool refuse_descriptor() {
  if (!arges::faults::refuse_here_and_now()) return false;
  errno = EMFILE;
  return true;
}

}  // namespace

extern "C" {

int eventfd(unsigned int value, int flags) noexcept {
  return refuse_descriptor() ? -1 : real<int(unsigned int, int)>("eventfd")(value, flags);
}

int epoll_create1(int flags) noexcept {
  return refuse_descriptor() ? -1 : real<int(int)>("epoll_create1")(flags);
}

int timerfd_create(int clock, int flags) noexcept {
  return refuse_descriptor() ? -1 : real<int(int, int)>("timerfd_create")(clock, flags);
}

int pthread_create(pthread_t* thread, const pthread_attr_t* attributes, void* (*start)(void*),
                   void* argument) noexcept {
  using Create = int(pthread_t*, const pthread_attr_t*, void* (*)(void*), void*);
  if (arges::faults::refuse_here_and_now()) return EAGAIN;
  return real<Create>("pthread_create")(thread, attributes, start, argument);
}

}  // extern "C"
