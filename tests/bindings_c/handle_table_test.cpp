// SPDX-License-Identifier: Apache-2.0
#include "bindings_c/src/handle_table.h"

#include <gtest/gtest.h>

#include <set>
#include <thread>
#include <vector>

namespace arges::bindings {
namespace {

struct Handle;
using Table = HandleTable<Handle, int>;

TEST(HandleTable, FindsWhatWasInserted) {
  Table table("thing");
  Handle* handle = table.insert(std::make_shared<int>(7));
  const auto found = table.find(handle);
  ASSERT_TRUE(found.ok());
  EXPECT_EQ(**found, 7);
}

TEST(HandleTable, NumbersLieAboveWhatLanguageRuntimesTakeForADamagedPointer) {
  Table table("thing");
  for (int i = 0; i < 3; ++i) {
    const auto number = reinterpret_cast<std::uintptr_t>(table.insert(std::make_shared<int>(i)));
    EXPECT_GE(number, std::uintptr_t{1} << 16);
    EXPECT_EQ(number % 16, 0u) << "aligned as an address would be";
  }
}

TEST(HandleTable, RefusesNullStaleAndForeignHandles) {
  Table table("thing");
  Table other("other thing");
  Handle* stale = table.insert(std::make_shared<int>(1));
  ASSERT_TRUE(table.release(stale).ok());
  Handle* foreign = other.insert(std::make_shared<int>(2));
  for (Handle* handle : {static_cast<Handle*>(nullptr), stale, foreign}) {
    EXPECT_EQ(table.find(handle).status().code(), StatusCode::kInvalidArgument);
  }
}

TEST(HandleTable, ReleasingNullIsFineAndReleasingTwiceIsNot) {
  Table table("thing");
  Handle* handle = table.insert(std::make_shared<int>(1));
  EXPECT_TRUE(table.release(nullptr).ok());
  EXPECT_TRUE(table.release(handle).ok());
  EXPECT_EQ(table.release(handle).code(), StatusCode::kInvalidArgument);
}

TEST(HandleTable, AnObjectInUseOutlivesItsHandle) {
  Table table("thing");
  Handle* handle = table.insert(std::make_shared<int>(7));
  const auto in_use = table.find(handle);
  ASSERT_TRUE(table.release(handle).ok());
  EXPECT_EQ(**in_use, 7);
}

TEST(HandleTable, NeverGivesANumberTwice) {
  Table table("thing");
  constexpr int kThreads = 4;
  constexpr int kEach = 1000;
  std::vector<std::vector<Handle*>> given(kThreads);
  std::vector<std::thread> threads;
  for (auto& mine : given) {
    threads.emplace_back([&table, &mine] {
      for (int i = 0; i < kEach; ++i) {
        mine.push_back(table.insert(std::make_shared<int>(i)));
        table.remove(mine.back());
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::set<Handle*> distinct;
  for (const auto& mine : given) distinct.insert(mine.begin(), mine.end());
  EXPECT_EQ(distinct.size(), static_cast<std::size_t>(kThreads * kEach));
}

TEST(ReservedHandle, IsFoundOnlyOncePublished) {
  Table table("thing");
  Handle* before = table.insert(std::make_shared<int>(1));
  ReservedHandle reserved(table);
  // Numbers rise by a fixed step, so a caller could guess the next one.
  Handle* after = table.insert(std::make_shared<int>(3));
  const auto guessed = reinterpret_cast<Handle*>(
      (reinterpret_cast<std::uintptr_t>(before) + reinterpret_cast<std::uintptr_t>(after)) / 2);
  EXPECT_FALSE(table.find(guessed).ok());
  EXPECT_EQ(reserved.publish(std::make_shared<int>(2)), guessed);
  EXPECT_EQ(**table.find(guessed), 2);
}

}  // namespace
}  // namespace arges::bindings
