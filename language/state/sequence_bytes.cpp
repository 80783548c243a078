// SPDX-License-Identifier: Apache-2.0
#include "language/state/sequence_bytes.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace arges::language {
namespace {

constexpr std::int64_t kStatePiece = std::int64_t{1} << 20;  // bytes

// Where a page of keys and values has what a token's bytes have side by side.
class PageRows {
 public:
  explicit PageRows(const SequencePool& pool)
      : tokens_(pool.page_tokens()),
        layers_(pool.page_shape()[0]),
        kv_heads_(pool.page_shape()[1] / 2),
        dim_(tokens_ == 0 ? 0 : pool.page_shape()[2] / tokens_) {}

  std::int64_t row() const { return layers_ * 2 * kv_heads_ * dim_; }  // floats of a token

  // work(page index, row index) for each float of a token of the page.
  template <typename Work>
  void for_each(std::int64_t token, const Work& work) const {
    std::int64_t at = 0;
    for (std::int64_t layer = 0; layer < layers_; ++layer) {
      const std::int64_t keys = layer * 2 * kv_heads_ * tokens_ * dim_;
      const std::int64_t values = keys + kv_heads_ * tokens_ * dim_;
      for (std::int64_t head = 0; head < kv_heads_; ++head) {
        const std::int64_t panel = keys + head * tokens_ * dim_ +
                                   token / kernels::kKeyPanel * kernels::kKeyPanel * dim_ +
                                   token % kernels::kKeyPanel;
        for (std::int64_t d = 0; d < dim_; ++d) work(panel + d * kernels::kKeyPanel, at++);
      }
      for (std::int64_t head = 0; head < kv_heads_; ++head) {
        const std::int64_t value = values + (head * tokens_ + token) * dim_;
        for (std::int64_t d = 0; d < dim_; ++d) work(value + d, at++);
      }
    }
  }

 private:
  std::int64_t tokens_;
  std::int64_t layers_;
  std::int64_t kv_heads_;
  std::int64_t dim_;
};

std::vector<float> floats_of(std::int64_t bytes) {
  return std::vector<float>(static_cast<std::size_t>(bytes) / sizeof(float));
}

std::span<std::byte> first_floats(std::vector<float>& floats, std::int64_t count) {
  return std::as_writable_bytes(std::span(floats)).first(static_cast<std::size_t>(count) * 4);
}

// work(first byte, its bytes in the host's memory) for each piece of a state.
template <typename Work>
Status for_each_state_piece(const SequencePool& pool, const Work& work) {
  std::vector<float> piece = floats_of(std::min(kStatePiece, pool.slot_bytes()));
  for (std::int64_t first = 0; first < pool.slot_bytes(); first += kStatePiece) {
    const std::int64_t bytes = std::min(kStatePiece, pool.slot_bytes() - first);
    ARGES_RETURN_IF_ERROR(work(first, first_floats(piece, bytes / 4)));
  }
  return {};
}

// work(page, tokens in it, page's floats, rows' floats) for each page.
template <typename Work>
Status for_each_page(const Sequence& sequence, std::int64_t length, const Work& work) {
  const SequencePool& pool = sequence.pool();
  std::vector<float> page = floats_of(pool.page_bytes());
  std::vector<float> rows = floats_of(pool.page_bytes());
  for (std::int64_t first = 0; first < length && !page.empty(); first += pool.page_tokens()) {
    const std::int64_t tokens = std::min(pool.page_tokens(), length - first);
    const auto number = static_cast<std::size_t>(first / pool.page_tokens());
    ARGES_RETURN_IF_ERROR(work(sequence.pages()[number].block(), tokens, page, rows));
  }
  return {};
}

Status write_state(const Sequence& sequence, const TakeBytes& take) {
  const BlockPool& slots = sequence.pool().slots();
  return for_each_state_piece(
      sequence.pool(), [&](std::int64_t first, std::span<std::byte> piece) -> Status {
        ARGES_RETURN_IF_ERROR(slots.download(piece, sequence.read_slot(), first));
        return take(piece);
      });
}

Status write_pages(const Sequence& sequence, const TakeBytes& take) {
  const PageRows layout(sequence.pool());
  const BlockPool& pages = sequence.pool().pages();
  return for_each_page(sequence, sequence.length(),
                       [&](std::int32_t block, std::int64_t tokens, std::vector<float>& page,
                           std::vector<float>& rows) -> Status {
                         const auto all = std::as_writable_bytes(std::span(page));
                         ARGES_RETURN_IF_ERROR(pages.download(all, block, 0));
                         for (std::int64_t token = 0; token < tokens; ++token) {
                           float* row = rows.data() + token * layout.row();
                           layout.for_each(token, [&](std::int64_t from, std::int64_t to) {
                             row[to] = page[static_cast<std::size_t>(from)];
                           });
                         }
                         return take(first_floats(rows, tokens * layout.row()));
                       });
}

Status read_state(const Sequence& sequence, const GiveBytes& give) {
  BlockPool& slots = sequence.pool().slots();
  return for_each_state_piece(sequence.pool(),
                              [&](std::int64_t first, std::span<std::byte> piece) -> Status {
                                ARGES_RETURN_IF_ERROR(give(piece));
                                return slots.upload(sequence.write_slot(), first, piece);
                              });
}

Status read_pages(const Sequence& sequence, std::int64_t length, const GiveBytes& give) {
  const PageRows layout(sequence.pool());
  BlockPool& pages = sequence.pool().pages();
  return for_each_page(sequence, length,
                       [&](std::int32_t block, std::int64_t tokens, std::vector<float>& page,
                           std::vector<float>& rows) -> Status {
                         ARGES_RETURN_IF_ERROR(give(first_floats(rows, tokens * layout.row())));
                         for (std::int64_t token = 0; token < tokens; ++token) {
                           const float* row = rows.data() + token * layout.row();
                           layout.for_each(token, [&](std::int64_t to, std::int64_t from) {
                             page[static_cast<std::size_t>(to)] = row[from];
                           });
                         }
                         return pages.upload(block, 0, std::as_bytes(std::span(page)));
                       });
}

}  // namespace

std::int64_t sequence_bytes(SequencePool& pool, std::int64_t length) {
  if (length == 0) return 0;
  return pool.slot_bytes() + length * (pool.page_bytes() / pool.page_tokens());
}

Status write_sequence(const Sequence& sequence, const TakeBytes& take) {
  if (sequence.length() == 0) return {};
  ARGES_RETURN_IF_ERROR(write_state(sequence, take));
  return write_pages(sequence, take);
}

Result<Sequence> read_sequence(std::shared_ptr<SequencePool> pool, std::int64_t length,
                               const GiveBytes& give) {
  Sequence sequence(std::move(pool));
  if (length == 0) return sequence;
  ARGES_RETURN_IF_ERROR(sequence.reserve(length));
  ARGES_RETURN_IF_ERROR(read_state(sequence, give));
  ARGES_RETURN_IF_ERROR(read_pages(sequence, length, give));
  sequence.advance(length);
  return sequence;
}

}  // namespace arges::language
