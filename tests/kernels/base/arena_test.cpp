// SPDX-License-Identifier: Apache-2.0
#include "kernels/base/arena.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>

namespace arges {
namespace {

TEST(Arena, GivesDisjointAlignedTensors) {
  Arena arena;
  Arena::Scope scope(arena);
  TensorView previous;
  for (int i = 1; i < 200; ++i) {
    const Result<TensorView> tensor = arena.allocate({i, 100});
    ASSERT_TRUE(tensor.ok());
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(tensor->data) % Device::kAlignment, 0u);
    std::fill_n(tensor->f32(), tensor->shape.count(), static_cast<float>(i));
    if (i > 1) {
      EXPECT_EQ(previous.f32()[previous.shape.count() - 1], static_cast<float>(i - 1));
    }
    previous = *tensor;
  }
}

TEST(Arena, ReusesTheMemoryOfAClosedScope) {
  Arena arena;
  for (int round = 0; round < 3; ++round) {
    Arena::Scope scope(arena);
    for (int i = 0; i < 10; ++i) ASSERT_TRUE(arena.allocate({300, 1000}).ok());
  }
  const std::size_t held = arena.capacity();
  for (int round = 0; round < 100; ++round) {
    Arena::Scope scope(arena);
    for (int i = 0; i < 10; ++i) ASSERT_TRUE(arena.allocate({300, 1000}).ok());
  }
  EXPECT_EQ(arena.capacity(), held);
}

TEST(Arena, KeepsTheOuterScopesTensorsWhenAnInnerOneCloses) {
  Arena arena;
  Arena::Scope outer(arena);
  const Result<TensorView> kept = arena.allocate({10});
  ASSERT_TRUE(kept.ok());
  std::fill_n(kept->f32(), 10, 1.0f);
  {
    Arena::Scope inner(arena);
    const Result<TensorView> lost = arena.allocate({1 << 20});
    ASSERT_TRUE(lost.ok());
    std::fill_n(lost->f32(), 1 << 20, 2.0f);
  }
  const Result<TensorView> next = arena.allocate({10});
  ASSERT_TRUE(next.ok());
  std::fill_n(next->f32(), 10, 3.0f);
  for (int i = 0; i < 10; ++i) EXPECT_EQ(kept->f32()[i], 1.0f);
}

// So large that the system is not even asked: a sanitizer would end the program if it were.
TEST(Arena, SaysWhenMemoryIsOut) {
  Arena arena;
  const Result<TensorView> tensor = arena.allocate({std::int64_t{1} << 61});
  ASSERT_FALSE(tensor.ok());
  EXPECT_EQ(tensor.status().code(), StatusCode::kOutOfMemoryHost);
}

}  // namespace
}  // namespace arges
