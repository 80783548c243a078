// SPDX-License-Identifier: Apache-2.0
#include "language/state/sequence.h"

#include <utility>

namespace arges::language {
namespace {

Result<BlockRef> take(BlockPool& pool) {
  ARGES_ASSIGN_OR_RETURN(const std::int32_t block, pool.take());
  return BlockRef(pool, block);
}

}  // namespace

// Room for what is to come is not shared: each has its own future.
Sequence Sequence::fork() const {
  Sequence copy(*this);
  copy.next_state_ = {};
  copy.pages_.resize(static_cast<std::size_t>(pool_->pages_for(length_)));
  return copy;
}

Status Sequence::reserve(std::int64_t tokens) {
  ARGES_RETURN_IF_ERROR(own_state());
  ARGES_RETURN_IF_ERROR(own_open_page());
  const auto needed = static_cast<std::size_t>(pool_->pages_for(length_ + tokens));
  pages_.reserve(needed);
  while (pages_.size() < needed) {
    ARGES_ASSIGN_OR_RETURN(BlockRef page, take(pool_->pages()));
    pages_.push_back(std::move(page));
  }
  return {};
}

Status Sequence::own_state() {
  if (!next_state_.empty() || (!state_.empty() && !state_.is_shared())) return {};
  ARGES_ASSIGN_OR_RETURN(next_state_, take(pool_->slots()));
  return {};
}

// The page that the next token goes into, when it holds tokens of a common past.
Status Sequence::own_open_page() {
  const auto open = static_cast<std::size_t>(length_ / pool_->page_tokens());
  if (open >= pages_.size() || !pages_[open].is_shared()) return {};
  ARGES_ASSIGN_OR_RETURN(BlockRef copy, take(pool_->pages()));
  ARGES_RETURN_IF_ERROR(
      pool_->copy_page(copy.block(), pages_[open].block(), length_ % pool_->page_tokens()));
  pages_[open] = std::move(copy);
  return {};
}

void Sequence::advance(std::int64_t tokens) {
  length_ += tokens;
  if (!next_state_.empty()) state_ = std::move(next_state_);
}

}  // namespace arges::language
