// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "kernels/base/buffer.h"
#include "kernels/base/status.h"
#include "kernels/ops/causal_attention.h"
#include "language/model/config.h"

namespace arges::language {

// What a decoder remembers of one sequence: for every lightning layer a matrix of constant size,
// for every softmax layer a key/value cache that grows by pages (architecture.md §2.3, end).
// Movable, not copyable by accident: clone() copies. One thread at a time.
class SequenceState {
 public:
  // An empty sequence; the lightning states are allocated and zero. OUT_OF_MEMORY_HOST.
  static Result<SequenceState> create(const DecoderConfig& config);

  SequenceState(SequenceState&&) = default;
  SequenceState& operator=(SequenceState&&) = default;

  // An independent copy with the same future. Full KV pages are shared, since a full page is
  // never written again; the lightning states and the page being filled are copied.
  Result<SequenceState> clone() const;

  // Tokens absorbed so far: the position of the next one.
  std::int64_t length() const { return length_; }

  // Makes room in every KV cache for `tokens` more; on failure nothing has changed.
  Status reserve(std::int64_t tokens);

  // Counts `tokens` as absorbed, after a step has written them. Precondition: reserved.
  void advance(std::int64_t tokens) { length_ += tokens; }

  // The lightning state of a layer, [heads, head_dim, head_dim] f32. Precondition: a lightning
  // layer.
  float* lightning_state(std::int64_t layer);

  // The KV pages of a layer. Valid until the next reserve. Precondition: a softmax layer.
  kernels::KvPages kv_pages(std::int64_t layer);

  // Bytes held, shared pages included.
  std::int64_t bytes() const;

  static constexpr std::int64_t kPageTokens = kKvPageTokens;

 private:
  using Page = std::shared_ptr<Buffer>;

  SequenceState() = default;
  Status add_page();
  Status copy_open_page(SequenceState& copy) const;

  std::vector<LayerType> layer_types_;
  std::vector<std::int64_t> slot_of_layer_;     // index among the layers of the same type
  std::size_t lightning_bytes_ = 0;             // of one layer's state
  std::size_t page_bytes_ = 0;                  // of one layer's page
  Buffer lightning_;                            // all lightning layers, one after another
  std::vector<std::vector<Page>> pages_;        // [softmax layer][page]
  std::vector<std::vector<float*>> page_data_;  // the same pages as the op wants them
  std::int64_t length_ = 0;
};

}  // namespace arges::language
