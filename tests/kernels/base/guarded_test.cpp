// SPDX-License-Identifier: Apache-2.0
#include "kernels/base/guarded.h"

#include <gtest/gtest.h>

namespace arges {
namespace {

TEST(Guarded, GivesBackWhatTheWorkGives) {
  EXPECT_TRUE(guarded(StatusCode::kInternal, "it", [] { return Status(); }).ok());
  EXPECT_EQ(*guarded(StatusCode::kInternal, "it", [] { return Result<int>(7); }), 7);
  EXPECT_EQ(guarded(StatusCode::kInternal, "it", [] { return invalid_argument("no"); }).message(),
            "no");
}

TEST(Guarded, TurnsEveryExceptionIntoAStatus) {
  const auto thrown = [](auto raise) {
    return guarded(StatusCode::kModelInvalid, "The file is bad", [&]() -> Result<int> {
      raise();
      return 0;
    });
  };
  EXPECT_EQ(thrown([] { throw std::bad_alloc(); }).status().code(), StatusCode::kOutOfMemoryHost);
  EXPECT_EQ(thrown([] { throw std::length_error("x"); }).status().code(),
            StatusCode::kOutOfMemoryHost);
  const Status told = thrown([] { throw std::runtime_error("line\x1b 3"); }).status();
  EXPECT_EQ(told.code(), StatusCode::kModelInvalid);
  EXPECT_EQ(told.message(), "The file is bad: \"line? 3\".");
  EXPECT_EQ(thrown([] { throw 7; }).status().message(), "The file is bad.");
}

}  // namespace
}  // namespace arges
