// SPDX-License-Identifier: Apache-2.0
// Opening a real model while single calls of malloc are refused, whoever makes them.
#include <gtest/gtest.h>

#include <cstdio>
#include <filesystem>

#include "tests/faults/engine_opening.h"
#include "tests/faults/refused_malloc.h"

namespace arges::faults {
namespace {

TEST(RefusedOpening, IsOutOfMemoryAndNoDamagedModelWhoeverIsRefused) {
  if (!std::filesystem::exists(ARGES_SOURCE_DIR "/models/pocket/model.safetensors")) {
    GTEST_SKIP() << "models/pocket has no weights";
  }
  spare_mallocs_of("libsentencepiece");  // see language/text/README.md
  ASSERT_EQ(open_and_close_engine(), ARGES_OK);
  int visited = 0;
  int refused = 0;
  std::int64_t point = 0;
  for (;; point += 1 + point / 32, ++visited) {
    const RefusedMalloc memory = RefusedMalloc::after(point);
    const arges_status status = open_and_close_engine();
    if (memory.count() == 0) break;
    ASSERT_TRUE(status == ARGES_OK || status == ARGES_OUT_OF_MEMORY_HOST)
        << "at point " << point << ": " << arges_last_error_message();
    if (status != ARGES_OK) ++refused;
  }
  std::printf("%d points of at most %lld, %d noticed\n", visited, static_cast<long long>(point),
              refused);
  EXPECT_GT(visited, 100);
  EXPECT_GT(refused, visited / 4);
  EXPECT_EQ(open_and_close_engine(), ARGES_OK);
}

}  // namespace
}  // namespace arges::faults
