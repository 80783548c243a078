// SPDX-License-Identifier: Apache-2.0
#include "kernels/base/memory.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>

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

// Whether the system was asked for large pages at an address; nothing where it does not say.
std::optional<bool> wants_large_pages(const std::byte* data) {
  std::ifstream maps("/proc/self/smaps");
  const auto address = reinterpret_cast<std::uintptr_t>(data);
  bool inside = false;
  for (std::string line; std::getline(maps, line);) {
    std::uintptr_t begin = 0, end = 0;
    char dash = 0;
    std::istringstream range(line);
    if (range >> std::hex >> begin >> dash >> end && dash == '-') {
      inside = begin <= address && address < end;
    } else if (inside && line.starts_with("VmFlags:")) {
      return line.find(" hg") != std::string::npos;
    }
  }
  return std::nullopt;
}

TEST(LargePages, AreAskedForWhereAStepReadsMuch) {
  if (!std::filesystem::exists("/sys/kernel/mm/transparent_hugepage")) {
    GTEST_SKIP() << "this system has none";
  }
  constexpr std::size_t kBytes = std::size_t{9} << 20;
  const Memory memory = Memory::allocate(kBytes).value();
  const auto allocated = wants_large_pages(memory.data() + kBytes / 2);
  if (!allocated) GTEST_SKIP() << "this system does not say";
  EXPECT_TRUE(*allocated);
  auto range = ReservedMemory::reserve(kBytes, host_device());
  ASSERT_TRUE(range.ok() && range->commit(kBytes / 2, 1000).ok());
  EXPECT_EQ(wants_large_pages(range->at(kBytes / 2)), true);
}

// A small block brings a large page with it: within the range, wherever the block lies.
TEST(ReservedMemory, MayBeCommittedUpToBothEnds) {
  for (const std::size_t bytes : {std::size_t{1}, std::size_t{5000}, std::size_t{3} << 20}) {
    auto memory = ReservedMemory::reserve(bytes, host_device());
    ASSERT_TRUE(memory.ok()) << memory.status().message();
    ASSERT_TRUE(memory->commit(0, 1).ok());
    ASSERT_TRUE(memory->commit(bytes - 1, 1).ok());
    *memory->at(0) = std::byte{1};
    *memory->at(bytes - 1) = std::byte{2};
    EXPECT_EQ(*memory->at(bytes - 1), std::byte{2});
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
