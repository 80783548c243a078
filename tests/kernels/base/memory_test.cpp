// SPDX-License-Identifier: Apache-2.0
#include "kernels/base/memory.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>

#include "kernels/base/reserved_memory.h"

namespace arges {
namespace {

TEST(Memory, IsAlignedAndKnowsItsDevice) {
  for (const std::size_t bytes : {std::size_t{0}, std::size_t{1}, std::size_t{1000}}) {
    const Memory memory = Memory::allocate(bytes).value();
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(memory.data()) % Device::kAlignment, 0u);
    EXPECT_EQ(memory.size(), bytes);
    EXPECT_EQ(memory.view({0}).device, &host_device());
  }
}

TEST(Memory, SlicesAlongTheOutermostAxis) {
  const Memory memory = Memory::allocate(24 * sizeof(float)).value();
  std::fill_n(memory.f32(), 24, 1.0f);
  const TensorView view = memory.view({4, 2, 3});
  const TensorView part = view.slice(1, 2);
  EXPECT_EQ(part.shape, (Shape{2, 2, 3}));
  EXPECT_EQ(part.f32(), memory.f32() + 6);
  EXPECT_EQ(part.device, view.device);
}

TEST(Memory, SaysWhenThereIsNone) {
  const auto memory = Memory::allocate(~std::size_t{0});
  EXPECT_EQ(memory.status().code(), StatusCode::kOutOfMemoryHost);
}

// Far more than is committed, and no more than the thread sanitizer leaves in one piece.
TEST(ReservedMemory, KeepsItsPlaceWhileMemoryComesAndGoes) {
  constexpr std::size_t kSize = std::size_t{1} << 38;
  constexpr std::size_t kFar = kSize / 2 + 100;
  constexpr std::size_t kBytes = 100'000;
  auto memory = ReservedMemory::reserve(kSize, host_device());
  ASSERT_TRUE(memory.ok()) << memory.status().message();
  for (int round = 0; round < 3; ++round) {
    ASSERT_TRUE(memory->commit(kFar, kBytes).ok());
    std::fill_n(memory->at(kFar), kBytes, std::byte{7});
    EXPECT_EQ(*memory->at(kFar + kBytes - 1), std::byte{7});
    memory->decommit(kFar, kBytes);
  }
}

// Ranges share pages at their borders: giving one back must not touch the other.
TEST(ReservedMemory, LeavesNeighboursAlone) {
  constexpr std::size_t kBytes = 10'001;
  auto memory = ReservedMemory::reserve(3 * kBytes, host_device());
  ASSERT_TRUE(memory.ok()) << memory.status().message();
  for (std::size_t i = 0; i < 3; ++i) {
    ASSERT_TRUE(memory->commit(i * kBytes, kBytes).ok());
    std::fill_n(memory->at(i * kBytes), kBytes, static_cast<std::byte>(i + 1));
  }
  memory->decommit(kBytes, kBytes);
  for (const std::size_t i : {std::size_t{0}, std::size_t{2}}) {
    for (std::size_t at = 0; at < kBytes; ++at) {
      ASSERT_EQ(*memory->at(i * kBytes + at), static_cast<std::byte>(i + 1));
    }
  }
}

}  // namespace
}  // namespace arges
