// SPDX-License-Identifier: Apache-2.0
// Each scenario again and again: once for each of its allocations, descriptors and threads, which
// the system refuses. Nothing crashes, nothing stays behind, and the next request is answered.
#include <gtest/gtest.h>

#include <chrono>
#include <cstdio>
#include <string>
#include <thread>

#include "bindings_c/include/arges/arges.h"
#include "tests/faults/refused_memory.h"
#include "tests/faults/scenarios.h"

namespace arges::faults {
namespace {

class Sweep : public testing::TestWithParam<Scenario> {
 protected:
  Sweep() : engine_(open_scenario_engine()) {}
  ~Sweep() override { arges_engine_close(engine_); }

  // Runs it with that point refused; false when there is none any more.
  bool refuse(std::int64_t point, int& wrong) const {
    const RefusedMemory refused = RefusedMemory::after(point);
    wrong = GetParam().run(engine_);
    return refused.count() > 0;
  }
  // The scenario with nothing refused, and this thread's last sentence one that is always the same.
  void run_in_peace() const {
    EXPECT_EQ(GetParam().run(engine_), 0) << arges_last_error_message();
    arges_session_create(nullptr, nullptr);
  }

  arges_engine* const engine_;
};

// What a thread has in hand at a cancel goes when it puts it down.
std::int64_t settled_allocations(std::int64_t expected) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (live_allocations() != expected && std::chrono::steady_clock::now() < end) {
    std::this_thread::yield();
  }
  return live_allocations();
}

// Threads that a scenario has left to themselves have ended once nothing changes any more.
std::int64_t allocations_at_rest() {
  std::int64_t last = live_allocations();
  for (int unchanged = 0; unchanged < 20;) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    const std::int64_t now = live_allocations();
    unchanged = now == last ? unchanged + 1 : 0;
    last = now;
  }
  return last;
}

TEST_P(Sweep, EachPointRefusedOnceHarmsNobody) {
  for (int i = 0; i < 3; ++i) run_in_peace();
  const std::int64_t before = allocations_at_rest();
  std::int64_t point = 0;
  for (int wrong = 0; refuse(point, wrong); ++point) {
    ASSERT_EQ(wrong, 0) << "at point " << point << ": " << arges_last_error_message();
    run_in_peace();
    ASSERT_EQ(settled_allocations(before), before) << "left behind at point " << point;
  }
  RecordProperty("points", static_cast<int>(point));
  std::printf("%s: %lld points\n", GetParam().name, static_cast<long long>(point));
}

INSTANTIATE_TEST_SUITE_P(Scenarios, Sweep,
                         testing::ValuesIn(scenarios().begin(), scenarios().end()),
                         [](const auto& scenario) { return scenario.param.name; });

TEST(Scenarios, AreTwentyAtLeast) {
  EXPECT_GE(scenarios().size(), 20u);
}

}  // namespace
}  // namespace arges::faults
