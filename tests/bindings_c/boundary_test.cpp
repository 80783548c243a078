// SPDX-License-Identifier: Apache-2.0
#include "bindings_c/src/boundary.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <stdexcept>
#include <string>
#include <thread>

namespace arges::bindings {
namespace {

TEST(Boundary, PassesAStatusOnWithItsSentence) {
  EXPECT_EQ(at_boundary([] { return model_invalid("no such tensor"); }), ARGES_MODEL_INVALID);
  EXPECT_STREQ(last_error_message(), "no such tensor");
}

TEST(Boundary, TurnsEveryExceptionIntoACode) {
  EXPECT_EQ(at_boundary([]() -> Status { throw std::bad_alloc(); }), ARGES_OUT_OF_MEMORY_HOST);
  EXPECT_EQ(at_boundary([]() -> Status { throw std::system_error(std::error_code()); }), ARGES_IO);
  EXPECT_EQ(at_boundary([]() -> Status { throw std::logic_error("why"); }), ARGES_INTERNAL);
  EXPECT_NE(std::string(last_error_message()).find("why"), std::string::npos);
  EXPECT_EQ(at_boundary([]() -> Status { throw 1; }), ARGES_INTERNAL);
}

TEST(Boundary, ASuccessLeavesTheLastSentenceAlone) {
  at_boundary([] { return invalid_argument("kept"); });
  EXPECT_EQ(at_boundary([] { return Status(); }), ARGES_OK);
  EXPECT_STREQ(last_error_message(), "kept");
}

TEST(Boundary, KeepsASentenceForEachThread) {
  at_boundary([] { return invalid_argument("of the first thread"); });
  std::string seen = "nothing";
  std::thread([&] { seen = last_error_message(); }).join();
  EXPECT_EQ(seen, "");
  EXPECT_STREQ(last_error_message(), "of the first thread");
}

arges_status fail() {
  return at_boundary(
      [] { return invalid_argument("a sentence longer than a short string holds"); });
}

// Fails once more when its thread ends: behind the end of the thread's sentence, which it is older
// than.
struct FailingAtTheEnd {
  ~FailingAtTheEnd() {
    status = fail();
    sentence = last_error_message();
  }
  static inline arges_status status = ARGES_OK;
  static inline std::string sentence;
};

TEST(Boundary, AFailureBehindTheEndOfAThreadsSentenceIsHarmless) {
  std::thread([] {
    thread_local FailingAtTheEnd older;
    EXPECT_EQ(older.status, ARGES_OK);  // makes it
    fail();
  }).join();
  EXPECT_EQ(FailingAtTheEnd::status, ARGES_INVALID_ARGUMENT);
  EXPECT_GT(FailingAtTheEnd::sentence.size(), 10u);
}

// The thread's own objects are gone by then.
void fail_at_exit() {
  const bool told = fail() == ARGES_INVALID_ARGUMENT && last_error_message()[0] != 0;
  _exit(told ? 7 : 8);
}

TEST(Boundary, AFailureWhileTheProcessExitsIsHarmless) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  const auto leave = [] {
    std::atexit(&fail_at_exit);
    fail();
    std::exit(1);
  };
  EXPECT_EXIT(leave(), testing::ExitedWithCode(7), "");
}

}  // namespace
}  // namespace arges::bindings
