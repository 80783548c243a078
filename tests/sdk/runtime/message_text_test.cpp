// SPDX-License-Identifier: Apache-2.0
#include "sdk/runtime/message_text.h"

#include <gtest/gtest.h>

namespace arges::sdk::testing {
namespace {

TEST(MessageText, IsSharedByItsCopies) {
  const MessageText text(std::string(1000, 'x'));
  const MessageText copy = text;  // NOLINT: the copy is the point
  EXPECT_EQ(copy.str().data(), text.str().data());
}

TEST(MessageText, SaysOnceWhetherItIsUtf8) {
  EXPECT_TRUE(MessageText("größer").status().ok());
  EXPECT_EQ(MessageText("\xFF").status().code(), StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace arges::sdk::testing
