// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "sdk/runtime/event.h"
#include "tests/bindings_c/abi_world.h"

namespace arges::bindings_test {
namespace {

TEST(EventNumbers, AreTheSdks) {
  EXPECT_EQ(ARGES_EVENT_PROGRESS, static_cast<std::uint32_t>(sdk::EventType::kProgress));
  EXPECT_EQ(ARGES_EVENT_TEXT, static_cast<std::uint32_t>(sdk::EventType::kText));
  EXPECT_EQ(ARGES_EVENT_DONE, static_cast<std::uint32_t>(sdk::EventType::kDone));
  EXPECT_EQ(ARGES_EVENT_CANCELLED, static_cast<std::uint32_t>(sdk::EventType::kCancelled));
  EXPECT_EQ(ARGES_EVENT_FAILED, static_cast<std::uint32_t>(sdk::EventType::kFailed));
}

TEST(EventNumbers, LeaveThoseBelow256ToEventsThatEndNothing) {
  for (const std::uint32_t type : {ARGES_EVENT_DONE, ARGES_EVENT_CANCELLED, ARGES_EVENT_FAILED}) {
    EXPECT_GE(type, 256u);
    EXPECT_GE(type, ARGES_EVENT_DONE);
  }
  for (const std::uint32_t type : {ARGES_EVENT_PROGRESS, ARGES_EVENT_TEXT}) EXPECT_LT(type, 256u);
}

}  // namespace
}  // namespace arges::bindings_test
