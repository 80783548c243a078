// SPDX-License-Identifier: Apache-2.0
#include "language/state/block_pool.h"

#include <algorithm>
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

// The last one that went out of use, or one more. Makes room for its number to come back, so that
// drop() needs no memory.
std::int32_t BlockPool::unused_block() {
  if (unused_.empty()) {
    unused_.reserve(references_.size() + 1);
    references_.push_back(0);
    unused_.push_back(static_cast<std::int32_t>(references_.size() - 1));
  }
  return unused_.back();
}

Result<std::int32_t> BlockPool::take() {
  std::lock_guard lock(mutex_);
  if (unused_.empty() && static_cast<std::int64_t>(references_.size()) == capacity_) {
    const bool on_host = memory_.device().is_host();
    return Status(on_host ? StatusCode::kOutOfMemoryHost : StatusCode::kOutOfMemoryDevice,
                  "all " + std::to_string(capacity_) + " blocks of sequence memory are in use; " +
                      "close sessions, or use a smaller context");
  }
  const std::int32_t block = unused_block();
  ARGES_RETURN_IF_ERROR(memory_.commit(offset(block), static_cast<std::size_t>(block_bytes_)));
  unused_.pop_back();
  references_[static_cast<std::size_t>(block)] = 1;
  return block;
}

void BlockPool::share(std::int32_t block) {
  std::lock_guard lock(mutex_);
  ++references_[static_cast<std::size_t>(block)];
}

void BlockPool::drop(std::int32_t block) noexcept {
  std::lock_guard lock(mutex_);
  if (--references_[static_cast<std::size_t>(block)] > 0) return;
  memory_.decommit(offset(block), static_cast<std::size_t>(block_bytes_));
  unused_.push_back(block);
}

bool BlockPool::is_shared(std::int32_t block) const {
  std::lock_guard lock(mutex_);
  return references_[static_cast<std::size_t>(block)] > 1;
}

Status BlockPool::copy(std::int32_t to, std::int32_t from) {
  return memory_.device().copy(memory_.at(offset(to)), memory_.at(offset(from)),
                               static_cast<std::size_t>(block_bytes_));
}

std::int64_t BlockPool::bytes_in_use() const {
  std::lock_guard lock(mutex_);
  return static_cast<std::int64_t>(references_.size() - unused_.size()) * block_bytes_;
}

}  // namespace arges::language
