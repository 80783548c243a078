// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>

#include "kernels/backend.h"
#include "kernels/base/status.h"
#include "language/model/config.h"
#include "language/state/block_pool.h"

namespace arges::language {

// The memory of all sequences of a model, and its one account: a slot holds the lightning states of
// a sequence, a page the keys and values of kv_page_tokens tokens in all softmax layers. Safe from
// any thread.
class SequencePool {
 public:
  // Room for `budget` bytes of each; 0 = for all the memory that the device has. UNSUPPORTED as
  // BlockPool::create.
  static Result<std::shared_ptr<SequencePool>> create(const DecoderConfig& config,
                                                      const kernels::Backend& backend,
                                                      std::int64_t budget = 0);

  BlockPool& slots() { return *slots_; }
  BlockPool& pages() { return *pages_; }

  // What the ops take: [slots, lightning layers, heads, D·D], and the pool of pages.
  TensorView states() const;
  kernels::KvPool kv() const;

  // The first `tokens` of a page into another. As Device::copy.
  Status copy_page(std::int32_t to, std::int32_t from, std::int64_t tokens);

  std::int64_t page_tokens() const { return page_tokens_; }
  // Of one page: [layers, heads of keys and of values, tokens·D].
  const Shape& page_shape() const { return page_shape_; }
  // Pages that so many tokens lie in.
  std::int64_t pages_for(std::int64_t tokens) const {
    return (tokens + page_tokens_ - 1) / page_tokens_;
  }
  std::int64_t slot_bytes() const { return slots_->block_bytes(); }
  std::int64_t page_bytes() const { return pages_->block_bytes(); }
  std::int64_t bytes_in_use() const { return slots_->bytes_in_use() + pages_->bytes_in_use(); }

 private:
  SequencePool() = default;

  std::int64_t page_tokens_ = 0;
  Shape state_shape_;  // of one slot: [layers, heads, D·D]
  Shape page_shape_;
  std::unique_ptr<BlockPool> slots_;
  std::unique_ptr<BlockPool> pages_;
};

// Bytes of a slot, and of one token in the pages, for a config alone.
std::int64_t slot_bytes(const DecoderConfig& config);
std::int64_t kv_bytes_per_token(const DecoderConfig& config);

}  // namespace arges::language
