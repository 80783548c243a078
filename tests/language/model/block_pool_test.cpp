// SPDX-License-Identifier: Apache-2.0
#include "language/state/block_pool.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

namespace arges::language {
namespace {

constexpr std::int64_t kBlock = 16384;

// The host's memory, and how much of it is committed.
class CountingDevice final : public Device {
 public:
  std::atomic<std::int64_t> committed{0};
  std::atomic<int> commits{0};

  const char* name() const override { return "counting"; }
  bool is_host() const override { return true; }
  Result<std::byte*> allocate(std::size_t bytes) override { return host_device().allocate(bytes); }
  void free(std::byte* data, std::size_t bytes) override { host_device().free(data, bytes); }
  Result<std::byte*> reserve(std::size_t bytes) override { return host_device().reserve(bytes); }
  void release(std::byte* data, std::size_t bytes) override { host_device().release(data, bytes); }
  Status commit(std::byte* data, std::size_t bytes) override {
    committed += static_cast<std::int64_t>(bytes);
    ++commits;
    return host_device().commit(data, bytes);
  }
  void decommit(std::byte* data, std::size_t bytes) override {
    committed -= static_cast<std::int64_t>(bytes);
    host_device().decommit(data, bytes);
  }
  Status copy(void* to, const void* from, std::size_t bytes) override {
    return host_device().copy(to, from, bytes);
  }
  Status upload(void* to, const void* from, std::size_t bytes) override {
    return copy(to, from, bytes);
  }
  Status download(void* to, const void* from, std::size_t bytes) override {
    return copy(to, from, bytes);
  }
  std::int64_t memory_bytes() const override { return host_device().memory_bytes(); }
};

std::vector<BlockRef> take(BlockPool& pool, std::int64_t count) {
  std::vector<BlockRef> blocks;
  for (std::int64_t i = 0; i < count; ++i) blocks.emplace_back(pool, pool.take().value());
  return blocks;
}

TEST(BlockPool, KeepsAFewUnusedBlocksAndGivesTheOthersBack) {
  CountingDevice device;
  {
    const auto pool = BlockPool::create(kBlock, 1000, device).value();
    take(*pool, 100);
    EXPECT_EQ(pool->bytes_in_use(), 0);
    EXPECT_EQ(pool->spare_bytes(), BlockPool::kSpareBlocks * kBlock);
    EXPECT_EQ(device.committed, pool->spare_bytes());
  }
  EXPECT_EQ(device.committed, 0) << "the pool itself leaves nothing";
}

TEST(BlockPool, KeepsNoMoreThanAnEighthOfManyInUse) {
  CountingDevice device;
  const auto pool = BlockPool::create(kBlock, 1000, device).value();
  std::vector<BlockRef> blocks = take(*pool, 480);
  blocks.resize(320);
  EXPECT_EQ(pool->spare_bytes(), 40 * kBlock);
  blocks.resize(160);
  EXPECT_EQ(pool->spare_bytes(), 20 * kBlock) << "fewer in use, fewer spare";
}

TEST(BlockPool, KeepsNoBlockThatIsLarge) {
  CountingDevice device;
  const auto pool = BlockPool::create(BlockPool::kSpareBytes + 4096, 8, device).value();
  take(*pool, 4);
  EXPECT_EQ(pool->spare_bytes(), 0);
  EXPECT_EQ(device.committed, 0);
}

TEST(BlockPool, TakesASpareBlockBeforeNewMemory) {
  CountingDevice device;
  const auto pool = BlockPool::create(kBlock, 1000, device).value();
  take(*pool, 10);
  const int before = device.commits;
  for (int round = 0; round < 5; ++round) take(*pool, 10);
  EXPECT_EQ(device.commits, before);
}

TEST(BlockPool, ItsBlocksAreAllToBeHadHoweverManyAreSpare) {
  CountingDevice device;
  const auto pool = BlockPool::create(kBlock, 12, device).value();
  take(*pool, 12);
  const std::vector<BlockRef> all = take(*pool, 12);
  EXPECT_EQ(pool->take().status().code(), StatusCode::kOutOfMemoryHost);
}

TEST(BlockPool, ThreadsThatTakeAndDropShareNoBlock) {
  CountingDevice device;
  const auto pool = BlockPool::create(kBlock, 1000, device).value();
  std::vector<std::thread> threads;
  for (int mark = 1; mark <= 4; ++mark) {
    threads.emplace_back([&pool, mark] {
      for (int round = 0; round < 50; ++round) {
        const std::vector<BlockRef> mine = take(*pool, 1 + round % 40);
        for (const BlockRef& block : mine) {
          *pool->memory().at(static_cast<std::size_t>(block.block()) * kBlock) = std::byte(mark);
        }
        for (const BlockRef& block : mine) {
          EXPECT_EQ(*pool->memory().at(static_cast<std::size_t>(block.block()) * kBlock),
                    std::byte(mark));
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(pool->bytes_in_use(), 0);
  EXPECT_EQ(device.committed, pool->spare_bytes());
}

}  // namespace
}  // namespace arges::language
