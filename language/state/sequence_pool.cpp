// SPDX-License-Identifier: Apache-2.0
#include "language/state/sequence_pool.h"

#include <algorithm>

namespace arges::language {
namespace {

std::int64_t layers_of(const DecoderConfig& config, LayerType type) {
  return std::count(config.layer_types.begin(), config.layer_types.end(), type);
}

std::int64_t float_bytes(std::int64_t count) {
  return count * static_cast<std::int64_t>(sizeof(float));
}

// How many blocks a budget has room for. Small ones are not counted to the last: nobody opens a
// million sequences, and a conversation of a million pages is longer than any context.
std::int64_t blocks_in(std::int64_t budget, std::int64_t block_bytes) {
  constexpr std::int64_t kEnough = std::int64_t{1} << 20;
  return std::clamp<std::int64_t>(budget / std::max<std::int64_t>(1, block_bytes), 1, kEnough);
}

}  // namespace

std::int64_t slot_bytes(const DecoderConfig& config) {
  return float_bytes(layers_of(config, LayerType::kLightning) * config.num_heads * config.head_dim *
                     config.head_dim);
}

std::int64_t kv_bytes_per_token(const DecoderConfig& config) {
  return float_bytes(layers_of(config, LayerType::kSoftmax) * 2 * config.num_kv_heads *
                     config.head_dim);
}

Result<std::shared_ptr<SequencePool>> SequencePool::create(const DecoderConfig& config,
                                                           const kernels::Backend& backend,
                                                           std::int64_t budget) {
  if (budget == 0) budget = backend.device->memory_bytes();
  std::shared_ptr<SequencePool> pool(new SequencePool);
  pool->page_tokens_ = backend.kv_page_tokens;
  const std::int64_t page_bytes = pool->page_tokens_ * kv_bytes_per_token(config);
  const std::int64_t softmax_layers = layers_of(config, LayerType::kSoftmax);
  pool->state_shape_ = {layers_of(config, LayerType::kLightning), config.num_heads,
                        config.head_dim * config.head_dim};
  pool->page_shape_ = {softmax_layers, 2 * config.num_kv_heads,
                       pool->page_tokens_ * config.head_dim};
  ARGES_ASSIGN_OR_RETURN(
      pool->slots_,
      BlockPool::create(language::slot_bytes(config),
                        blocks_in(budget, language::slot_bytes(config)), *backend.device));
  ARGES_ASSIGN_OR_RETURN(
      pool->pages_, BlockPool::create(page_bytes, blocks_in(budget, page_bytes), *backend.device));
  return pool;
}

TensorView SequencePool::states() const {
  return slots_->memory().view(
      {slots_->capacity(), state_shape_[0], state_shape_[1], state_shape_[2]});
}

kernels::KvPool SequencePool::kv() const {
  return {
      pages_->memory().view({pages_->capacity(), page_shape_[0], page_shape_[1] * page_shape_[2]}),
      page_tokens_};
}

// A page begun with a prompt of a dozen tokens is mostly empty. On another device its parts would
// be copies of their own, each slower than the whole page.
Status SequencePool::copy_page(std::int32_t to, std::int32_t from, std::int64_t tokens) {
  if (!pages_->memory().device().is_host()) return pages_->copy(to, from);
  // As kernels::KvPool has them: a layer's keys in panels, then its values.
  const std::int64_t panels = (tokens + kernels::kKeyPanel - 1) / kernels::kKeyPanel;
  const std::int64_t head_bytes = float_bytes(page_shape_[2]);
  const std::int64_t token_bytes = head_bytes / page_tokens_;
  const std::int64_t keys = panels * kernels::kKeyPanel * token_bytes;
  const std::int64_t values = tokens * token_bytes;
  const std::int64_t heads = page_shape_[0] * page_shape_[1];
  for (std::int64_t head = 0; head < heads; ++head) {
    const bool is_keys = head % page_shape_[1] < page_shape_[1] / 2;
    ARGES_RETURN_IF_ERROR(pages_->copy(to, from, head * head_bytes, is_keys ? keys : values));
  }
  return {};
}

}  // namespace arges::language
