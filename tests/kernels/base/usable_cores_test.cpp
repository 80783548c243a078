// SPDX-License-Identifier: Apache-2.0
#include "kernels/base/usable_cores.h"

#include <gtest/gtest.h>
#include <sched.h>

#include "kernels/base/thread_pool.h"

namespace arges {
namespace {

// Binds the calling thread to one of its processors for as long as it lives.
class OneProcessor {
 public:
  OneProcessor() {
    sched_getaffinity(0, sizeof before_, &before_);
    int first = 0;
    while (!CPU_ISSET(first, &before_)) ++first;
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(first, &one);
    sched_setaffinity(0, sizeof one, &one);
  }
  ~OneProcessor() { sched_setaffinity(0, sizeof before_, &before_); }
  OneProcessor(const OneProcessor&) = delete;
  OneProcessor& operator=(const OneProcessor&) = delete;

 private:
  cpu_set_t before_;
};

TEST(UsableCores, AreAtLeastOneAndNoMoreThanThreads) {
  EXPECT_GE(usable_cores(), 1);
  EXPECT_LE(usable_cores(), usable_threads());
}

TEST(UsableCores, FollowTheAffinityOfTheProcess) {
  const OneProcessor bound;
  EXPECT_EQ(usable_threads(), 1);
  EXPECT_EQ(usable_cores(), 1);
}

TEST(UsableCores, AreHowManyThreadsAPoolHasWhenNobodySays) {
  const OneProcessor bound;
  EXPECT_EQ(ThreadPool(0).size(), 1);
}

}  // namespace
}  // namespace arges
