// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <utility>
#include <vector>

#include "kernels/base/device.h"
#include "kernels/base/reserved_memory.h"
#include "kernels/base/status.h"

namespace arges::language {

// Blocks of one size, numbered from 0, at addresses that never change, each there while somebody
// refers to it. Memory is taken from the device for a block that comes into use and given back
// when nobody refers to it any more, but for a few spare blocks: requests come and go, and memory
// that is given back and taken again costs far more than the block's use. Safe from any thread.
class BlockPool {
 public:
  // Unused blocks that keep their memory: an eighth as many as are in use, or so many, if they
  // take no more than so many bytes together.
  static constexpr std::int64_t kSpareBlocks = 16;
  static constexpr std::int64_t kSpareBytes = std::int64_t{32} << 20;

  // `most` blocks at most; fewer when the device has no addresses for so many. UNSUPPORTED when it
  // has none at all.
  static Result<std::unique_ptr<BlockPool>> create(std::int64_t block_bytes, std::int64_t most,
                                                   Device& device);
  ~BlockPool();
  BlockPool(const BlockPool&) = delete;
  BlockPool& operator=(const BlockPool&) = delete;

  // A block that nobody else refers to, its contents undefined. OUT_OF_MEMORY_*.
  Result<std::int32_t> take();
  void share(std::int32_t block);
  void drop(std::int32_t block) noexcept;
  bool is_shared(std::int32_t block) const;
  // The contents of one block into another; or so many bytes of them, from `first` on. As
  // Device::copy.
  Status copy(std::int32_t to, std::int32_t from) { return copy(to, from, 0, block_bytes_); }
  Status copy(std::int32_t to, std::int32_t from, std::int64_t first, std::int64_t bytes);
  // Bytes of a block, from `first` on, to the host and from it. As Device::download and upload.
  Status download(std::span<std::byte> to, std::int32_t block, std::int64_t first) const;
  Status upload(std::int32_t block, std::int64_t first, std::span<const std::byte> from);

  std::int64_t block_bytes() const { return block_bytes_; }
  std::int64_t capacity() const { return capacity_; }
  std::int64_t bytes_in_use() const;
  // Of unused blocks that keep their memory.
  std::int64_t spare_bytes() const;
  const ReservedMemory& memory() const { return memory_; }

 private:
  BlockPool(ReservedMemory memory, std::int64_t block_bytes, std::int64_t capacity)
      : memory_(std::move(memory)), block_bytes_(block_bytes), capacity_(capacity) {}

  std::size_t offset(std::int32_t block) const {
    return static_cast<std::size_t>(block) * static_cast<std::size_t>(block_bytes_);
  }
  std::int64_t in_use() const;
  std::int64_t most_spare() const;
  Result<std::int32_t> block_without_memory();
  void give_back_surplus(std::unique_lock<std::mutex>& lock) noexcept;
  void decommit(std::int32_t block) noexcept;

  ReservedMemory memory_;
  const std::int64_t block_bytes_;
  const std::int64_t capacity_;
  mutable std::mutex mutex_;
  std::vector<std::int32_t> references_;  // of each block that was ever in use
  // Of these, the ones without references, those dropped first in front. Both have room for all, so
  // that drop() needs no memory.
  std::vector<std::int32_t> spare_;   // with memory
  std::vector<std::int32_t> unused_;  // without
};

// One reference to a block. The pool must outlive it.
class BlockRef {
 public:
  BlockRef() = default;
  // Takes over the reference that take() gave.
  BlockRef(BlockPool& pool, std::int32_t block) : pool_(&pool), block_(block) {}
  BlockRef(const BlockRef& other) : pool_(other.pool_), block_(other.block_) {
    if (pool_ != nullptr) pool_->share(block_);
  }
  BlockRef(BlockRef&& other) noexcept
      : pool_(std::exchange(other.pool_, nullptr)), block_(other.block_) {}
  BlockRef& operator=(BlockRef other) noexcept {
    std::swap(pool_, other.pool_);
    std::swap(block_, other.block_);
    return *this;
  }
  ~BlockRef() {
    if (pool_ != nullptr) pool_->drop(block_);
  }

  bool empty() const { return pool_ == nullptr; }
  std::int32_t block() const { return block_; }
  bool is_shared() const { return pool_->is_shared(block_); }

 private:
  BlockPool* pool_ = nullptr;
  std::int32_t block_ = 0;
};

}  // namespace arges::language
