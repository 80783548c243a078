// SPDX-License-Identifier: Apache-2.0
// Opening a real model while single allocations are refused, at points that lie ever further apart.
#include <gtest/gtest.h>

#include <cstdio>
#include <filesystem>

#include "tests/faults/engine_opening.h"
#include "tests/faults/refused_memory.h"

namespace arges::faults {
namespace {

TEST(RefusedOpening, EndsWithAStatusAtEachPointAndWorksBehindIt) {
  if (!std::filesystem::exists(ARGES_SOURCE_DIR "/models/pocket/model.safetensors")) {
    GTEST_SKIP() << "models/pocket has no weights";
  }
  spare_callers_in("libsentencepiece");  // see language/text/README.md
  ASSERT_EQ(open_and_close_engine(), ARGES_OK);
  const std::int64_t before = live_allocations();
  int visited = 0;
  std::int64_t point = 0;
  for (;; point += 1 + point / 16, ++visited) {
    arges_status status = ARGES_OK;
    std::size_t refused = 0;
    {
      const RefusedMemory memory = RefusedMemory::after(point);
      status = open_and_close_engine();
      refused = memory.count();
    }
    if (refused == 0) break;
    ASSERT_TRUE(status == ARGES_OK || status == ARGES_OUT_OF_MEMORY_HOST)
        << "at point " << point << ": " << arges_last_error_message();
    ASSERT_LE(live_allocations(), before + 1) << "left behind at point " << point;
  }
  std::printf("%d points of at most %lld\n", visited, static_cast<long long>(point));
  EXPECT_GT(visited, 50);
  EXPECT_EQ(open_and_close_engine(), ARGES_OK);
}

}  // namespace
}  // namespace arges::faults
