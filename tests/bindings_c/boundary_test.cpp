// SPDX-License-Identifier: Apache-2.0
#include "bindings_c/src/boundary.h"

#include <gtest/gtest.h>

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

}  // namespace
}  // namespace arges::bindings
