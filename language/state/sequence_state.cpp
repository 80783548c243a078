// SPDX-License-Identifier: Apache-2.0
#include "language/state/sequence_state.h"

#include <cstring>
#include <new>

namespace arges::language {

Result<SequenceState> SequenceState::create(const DecoderConfig& config) {
  SequenceState state;
  state.layer_types_ = config.layer_types;
  std::int64_t lightning_layers = 0;
  std::int64_t softmax_layers = 0;
  for (const LayerType type : config.layer_types) {
    state.slot_of_layer_.push_back(type == LayerType::kLightning ? lightning_layers++
                                                                 : softmax_layers++);
  }
  const auto floats = [](std::int64_t count) {
    return static_cast<std::size_t>(count) * sizeof(float);
  };
  state.lightning_bytes_ = floats(config.num_heads * config.head_dim * config.head_dim);
  state.page_bytes_ = floats(2 * config.num_kv_heads * kPageTokens * config.head_dim);
  state.pages_.resize(static_cast<std::size_t>(softmax_layers));
  state.page_data_.resize(static_cast<std::size_t>(softmax_layers));
  ARGES_ASSIGN_OR_RETURN(
      state.lightning_,
      Buffer::allocate_zeroed(state.lightning_bytes_ * static_cast<std::size_t>(lightning_layers)));
  return state;
}

Result<SequenceState> SequenceState::clone() const {
  SequenceState copy;
  copy.layer_types_ = layer_types_;
  copy.slot_of_layer_ = slot_of_layer_;
  copy.lightning_bytes_ = lightning_bytes_;
  copy.page_bytes_ = page_bytes_;
  copy.length_ = length_;
  ARGES_ASSIGN_OR_RETURN(copy.lightning_, Buffer::allocate(lightning_.size()));
  std::memcpy(copy.lightning_.data(), lightning_.data(), lightning_.size());
  const auto full = static_cast<std::ptrdiff_t>(length_ / kPageTokens);
  for (std::size_t layer = 0; layer < pages_.size(); ++layer) {
    copy.pages_.emplace_back(pages_[layer].begin(), pages_[layer].begin() + full);
    copy.page_data_.emplace_back(page_data_[layer].begin(), page_data_[layer].begin() + full);
  }
  if (length_ % kPageTokens != 0) ARGES_RETURN_IF_ERROR(copy_open_page(copy));
  return copy;
}

Status SequenceState::copy_open_page(SequenceState& copy) const {
  const auto open = static_cast<std::size_t>(length_ / kPageTokens);
  ARGES_RETURN_IF_ERROR(copy.add_page());
  for (std::size_t layer = 0; layer < pages_.size(); ++layer) {
    std::memcpy(copy.page_data_[layer][open], page_data_[layer][open], page_bytes_);
  }
  return {};
}

Status SequenceState::reserve(std::int64_t tokens) {
  if (pages_.empty()) return {};
  const std::int64_t needed = (length_ + tokens + kPageTokens - 1) / kPageTokens;
  while (static_cast<std::int64_t>(pages_.front().size()) < needed) {
    ARGES_RETURN_IF_ERROR(add_page());
  }
  return {};
}

Status SequenceState::add_page() {
  std::vector<Page> added;
  for (std::size_t layer = 0; layer < pages_.size(); ++layer) {
    ARGES_ASSIGN_OR_RETURN(Buffer buffer, Buffer::allocate_zeroed(page_bytes_));
    added.push_back(std::make_shared<Buffer>(std::move(buffer)));
  }
  for (std::size_t layer = 0; layer < pages_.size(); ++layer) {
    page_data_[layer].push_back(added[layer]->f32());
    pages_[layer].push_back(std::move(added[layer]));
  }
  return {};
}

float* SequenceState::lightning_state(std::int64_t layer) {
  const auto slot = static_cast<std::size_t>(slot_of_layer_[static_cast<std::size_t>(layer)]);
  return reinterpret_cast<float*>(lightning_.data() + slot * lightning_bytes_);
}

kernels::KvPages SequenceState::kv_pages(std::int64_t layer) {
  const auto slot = static_cast<std::size_t>(slot_of_layer_[static_cast<std::size_t>(layer)]);
  return {page_data_[slot], kPageTokens, length_};
}

std::int64_t SequenceState::bytes() const {
  std::size_t total = lightning_.size();
  for (const auto& layer : pages_) total += layer.size() * page_bytes_;
  return static_cast<std::int64_t>(total);
}

}  // namespace arges::language
