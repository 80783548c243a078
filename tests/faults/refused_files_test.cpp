// SPDX-License-Identifier: Apache-2.0
// A process whose file descriptors run out: every place where an engine or a queue takes one.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <string>

#include "tests/faults/engine_opening.h"

namespace arges::faults {
namespace {

// Leaves the process `count` file descriptors while it lives.
class FilesLeft {
 public:
  explicit FilesLeft(int count) {
    getrlimit(RLIMIT_NOFILE, &before_);
    const int lowest_free = dup(STDIN_FILENO);
    close(lowest_free);
    rlimit limit = before_;
    limit.rlim_cur = static_cast<rlim_t>(lowest_free + count);
    setrlimit(RLIMIT_NOFILE, &limit);
  }
  ~FilesLeft() { setrlimit(RLIMIT_NOFILE, &before_); }
  FilesLeft(const FilesLeft&) = delete;
  FilesLeft& operator=(const FilesLeft&) = delete;

 private:
  rlimit before_;
};

// How many descriptors `attempt` needs; every smaller number must end it with IO and a sentence.
template <typename Attempt>
int count_needed(Attempt attempt) {
  int count = 0;
  for (; count < 32; ++count) {
    arges_status status = ARGES_OK;
    std::string sentence;
    {
      const FilesLeft left(count);
      status = attempt();
      sentence = arges_last_error_message();
    }
    if (status == ARGES_OK) break;
    EXPECT_EQ(status, ARGES_IO) << count << ": " << sentence;
    EXPECT_NE(sentence.find("file"), std::string::npos) << sentence;
  }
  return count;
}

TEST(RefusedFiles, EndOpeningAnEngineWithAStatus) {
  const int needed = count_needed(open_and_close_engine);
  EXPECT_GE(needed, 2);
  EXPECT_LT(needed, 32);
}

TEST(RefusedFiles, EndMakingAQueueWithAStatus) {
  EXPECT_EQ(count_needed([] {
              arges_queue* queue = nullptr;
              const arges_status status = arges_queue_create(nullptr, &queue);
              arges_queue_close(queue);
              return status;
            }),
            1);
}

}  // namespace
}  // namespace arges::faults
