// SPDX-License-Identifier: Apache-2.0
#include "language/state/block_pool.h"

#include <algorithm>
#include <iterator>
#include <limits>
#include <string>

namespace arges::language {

Result<std::unique_ptr<BlockPool>> BlockPool::create(std::int64_t block_bytes, std::int64_t most,
                                                     Device& device) {
  constexpr std::int64_t kMostBlocks = std::numeric_limits<std::int32_t>::max();
  std::int64_t capacity = std::clamp<std::int64_t>(most, 1, kMostBlocks);
  for (;; capacity /= 2) {
    const auto bytes = static_cast<std::size_t>(std::max<std::int64_t>(1, block_bytes * capacity));
    Result<ReservedMemory> memory = ReservedMemory::reserve(bytes, device);
    if (memory.ok()) {
      return std::unique_ptr<BlockPool>(new BlockPool(*std::move(memory), block_bytes, capacity));
    }
    if (capacity == 1) return memory.status();
  }
}

BlockPool::~BlockPool() {
  for (const std::int32_t block : spare_) decommit(block);
}

// These four: precondition: mutex_ is held.
std::int64_t BlockPool::in_use() const {
  return std::ssize(references_) - std::ssize(spare_) - std::ssize(unused_);
}

std::int64_t BlockPool::most_spare() const {
  const std::int64_t cheap = kSpareBytes / std::max<std::int64_t>(1, block_bytes_);
  return std::max(in_use() / 8, std::min(kSpareBlocks, cheap));
}

// The last one that went out of use, or one more.
Result<std::int32_t> BlockPool::block_without_memory() {
  if (!unused_.empty()) {
    const std::int32_t block = unused_.back();
    unused_.pop_back();
    return block;
  }
  if (std::ssize(references_) == capacity_) {
    const bool on_host = memory_.device().is_host();
    return Status(on_host ? StatusCode::kOutOfMemoryHost : StatusCode::kOutOfMemoryDevice,
                  "all " + std::to_string(capacity_) + " blocks of sequence memory are in use; " +
                      "close sessions, or use a smaller context");
  }
  spare_.reserve(references_.size() + 1);
  unused_.reserve(references_.size() + 1);
  references_.push_back(0);
  return static_cast<std::int32_t>(references_.size() - 1);
}

// Lets go of the lock while the device takes the memory: that may last, and nobody waits for it.
void BlockPool::give_back_surplus(std::unique_lock<std::mutex>& lock) noexcept {
  while (std::ssize(spare_) > most_spare()) {
    const std::int32_t block = spare_.front();
    spare_.erase(spare_.begin());
    lock.unlock();
    decommit(block);
    lock.lock();
    unused_.push_back(block);
  }
}

void BlockPool::decommit(std::int32_t block) noexcept {
  memory_.decommit(offset(block), static_cast<std::size_t>(block_bytes_));
}

Result<std::int32_t> BlockPool::take() {
  std::lock_guard lock(mutex_);
  std::int32_t block = 0;
  if (!spare_.empty()) {
    block = spare_.back();
    spare_.pop_back();
  } else {
    ARGES_ASSIGN_OR_RETURN(block, block_without_memory());
    const Status status = memory_.commit(offset(block), static_cast<std::size_t>(block_bytes_));
    if (!status.ok()) {
      unused_.push_back(block);
      return status;
    }
  }
  references_[static_cast<std::size_t>(block)] = 1;
  return block;
}

void BlockPool::share(std::int32_t block) {
  std::lock_guard lock(mutex_);
  ++references_[static_cast<std::size_t>(block)];
}

void BlockPool::drop(std::int32_t block) noexcept {
  std::unique_lock lock(mutex_);
  if (--references_[static_cast<std::size_t>(block)] > 0) return;
  spare_.push_back(block);
  give_back_surplus(lock);
}

bool BlockPool::is_shared(std::int32_t block) const {
  std::lock_guard lock(mutex_);
  return references_[static_cast<std::size_t>(block)] > 1;
}

Status BlockPool::copy(std::int32_t to, std::int32_t from, std::int64_t first, std::int64_t bytes) {
  const auto skip = static_cast<std::size_t>(first);
  return memory_.device().copy(memory_.at(offset(to) + skip), memory_.at(offset(from) + skip),
                               static_cast<std::size_t>(bytes));
}

Status BlockPool::download(std::span<std::byte> to, std::int32_t block, std::int64_t first) const {
  const std::byte* from = memory_.at(offset(block) + static_cast<std::size_t>(first));
  return memory_.device().download(to.data(), from, to.size());
}

Status BlockPool::upload(std::int32_t block, std::int64_t first, std::span<const std::byte> from) {
  std::byte* to = memory_.at(offset(block) + static_cast<std::size_t>(first));
  return memory_.device().upload(to, from.data(), from.size());
}

std::int64_t BlockPool::bytes_in_use() const {
  std::lock_guard lock(mutex_);
  return in_use() * block_bytes_;
}

std::int64_t BlockPool::spare_bytes() const {
  std::lock_guard lock(mutex_);
  return std::ssize(spare_) * block_bytes_;
}

}  // namespace arges::language
