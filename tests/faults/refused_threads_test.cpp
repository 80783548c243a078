// SPDX-License-Identifier: Apache-2.0
// A system that starts no more threads: every place where an engine starts one.
#include <dlfcn.h>
#include <gtest/gtest.h>
#include <pthread.h>

#include <atomic>
#include <cerrno>
#include <string>

#include "tests/faults/engine_opening.h"

namespace {

constexpr int kUnlimited = 1 << 30;
std::atomic<int> threads_left{kUnlimited};

}  // namespace

// Takes the place of the C library's for the whole program.
extern "C" int pthread_create(pthread_t* thread, const pthread_attr_t* attributes,
                              void* (*start)(void*), void* argument) noexcept {
  using Create = int (*)(pthread_t*, const pthread_attr_t*, void* (*)(void*), void*);
  static const auto real = reinterpret_cast<Create>(dlsym(RTLD_NEXT, "pthread_create"));
  if (threads_left.fetch_sub(1) <= 0) return EAGAIN;
  return real(thread, attributes, start, argument);
}

namespace arges::faults {
namespace {

TEST(RefusedThreads, EndOpeningWithAStatusWhicheverItIs) {
  int granted = 0;
  for (; granted < 32; ++granted) {
    threads_left = granted;
    const arges_status status = open_and_close_engine();
    threads_left = kUnlimited;
    if (status == ARGES_OK) break;
    EXPECT_EQ(status, ARGES_IO) << granted;
    EXPECT_NE(std::string(arges_last_error_message()).find("thread"), std::string::npos);
  }
  EXPECT_EQ(granted, 6) << "three to compute beside the caller, one each for steps, text, pictures";
  EXPECT_EQ(open_and_close_engine(), ARGES_OK);
}

}  // namespace
}  // namespace arges::faults
