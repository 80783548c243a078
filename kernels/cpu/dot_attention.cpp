// SPDX-License-Identifier: Apache-2.0
#include "kernels/cpu/dot_attention.h"

#include <algorithm>
#include <array>

#include "kernels/cpu/attention_extents.h"
#include "kernels/cpu/dot_product.h"
#include "kernels/cpu/interleave.h"
#include "kernels/cpu/panel_product.h"
#include "kernels/cpu/parallel.h"
#include "kernels/cpu/round_row.h"
#include "kernels/cpu/softmax_row.h"

namespace arges::kernels::cpu {
namespace {

std::int64_t panels_of(std::int64_t outputs) {
  return (outputs + kPanel - 1) / kPanel;
}

// The extents of the op, and what they make of the operands. All sizes in elements.
struct Extents : AttentionExtents {
  // Keys are a weight of `tokens` outputs by `width` inputs, values one of `width` by `tokens`.
  std::int64_t key_panel() const { return padded_inputs(width) * kPanel; }
  std::int64_t value_panel() const { return padded_inputs(tokens) * kPanel; }
  std::int64_t keys() const { return panels_of(tokens) * key_panel(); }
  std::int64_t values() const { return panels_of(width) * value_panel(); }
};

// The keys of one head in panels of pairs. `scratch` holds kPanel rounded rows.
void pack_keys(const Extents& e, const float* keys, std::uint16_t* scratch, std::uint16_t* out) {
  const std::int64_t padded = padded_inputs(e.width);
  for (std::int64_t first = 0; first < e.tokens; first += kPanel) {
    std::fill_n(scratch, kPanel * padded, std::uint16_t{0});
    std::array<const float*, kPanel> rows{};
    for (std::int64_t t = 0; t < kPanel; ++t) {
      std::uint16_t* row = scratch + t * padded;
      rows[static_cast<std::size_t>(t)] = reinterpret_cast<const float*>(row);
      if (first + t >= e.tokens) continue;
      round_row({.in = keys + (first + t) * e.row_step(),
                 .first = 0,
                 .count = e.width,
                 .padded = padded,
                 .out = row,
                 .block_step = kDotBlock});
    }
    // A pair is as wide as a float and is moved as one.
    interleave_rows(rows, padded / 2, reinterpret_cast<float*>(out), kPanel);
    out += e.key_panel();
  }
}

// The values of one head: inputs are tokens, in pairs.
void pack_values(const Extents& e, const float* values, std::uint16_t* out) {
  std::fill_n(out, e.values(), std::uint16_t{0});
  for (std::int64_t t = 0; t < e.tokens; t += 2) {
    const float* even = values + t * e.row_step();
    const float* odd = t + 1 < e.tokens ? even + e.row_step() : nullptr;
    for (std::int64_t c = 0; c < e.width; c += kPanel) {
      std::uint16_t* pairs = out + c / kPanel * e.value_panel() + t * kPanel;
      round_pairs(even + c, odd == nullptr ? nullptr : odd + c, std::min(kPanel, e.width - c),
                  reinterpret_cast<std::uint32_t*>(pairs));
    }
  }
}

// A tile of queries on its way: scores [rows, tokens], sums [rows, width], in whole panels.
class QueryTile {
 public:
  static std::int64_t scratch_floats(const Extents& e, std::int64_t rows) {
    return rows *
           (score_step(e) + sum_step(e) + (padded_inputs(e.width) + padded_inputs(e.tokens)) / 2);
  }

  QueryTile(const Extents& e, std::int64_t rows, float* scratch)
      : e_(e),
        rows_(rows),
        scores_(scratch),
        sums_(scores_ + rows * score_step(e)),
        queries_(reinterpret_cast<std::uint16_t*>(sums_ + rows * sum_step(e))),
        weights_(queries_ + rows * padded_inputs(e.width)) {}

  void attend(const float* q, float scale, const std::uint16_t* keys, const std::uint16_t* values,
              float* out) {
    for (std::int64_t r = 0; r < rows_; ++r) {
      round_row({.in = q + r * e_.row_step(),
                 .first = 0,
                 .count = e_.width,
                 .padded = padded_inputs(e_.width),
                 .out = queries_ + r * kDotBlock,
                 .block_step = rows_ * kDotBlock});
    }
    multiply(queries_, e_.width, keys, e_.tokens, scores_, score_step(e_));
    for (std::int64_t r = 0; r < rows_; ++r) {
      totals_[static_cast<std::size_t>(r)] = softmax_row({.scores = scores_ + r * score_step(e_),
                                                          .count = e_.tokens,
                                                          .scale = scale,
                                                          .weights = weights_ + r * kDotBlock,
                                                          .block_step = rows_ * kDotBlock});
    }
    multiply(weights_, e_.tokens, values, e_.width, sums_, sum_step(e_));
    for (std::int64_t r = 0; r < rows_; ++r) write(r, out + r * e_.row_step());
  }

 private:
  static std::int64_t score_step(const Extents& e) { return panels_of(e.tokens) * kPanel; }
  static std::int64_t sum_step(const Extents& e) { return panels_of(e.width) * kPanel; }

  void multiply(const std::uint16_t* x, std::int64_t inputs, const std::uint16_t* w,
                std::int64_t outputs, float* sums, std::int64_t step) const {
    dot_unit().multiply({.x = x,
                         .rows = rows_,
                         .w = w,
                         .panel_step = padded_inputs(inputs) * kPanel,
                         .panels = panels_of(outputs),
                         .blocks = padded_inputs(inputs) / kDotBlock,
                         .sums = sums,
                         .sums_step = step});
  }

  void write(std::int64_t row, float* out) const {
    const float share = 1.0f / totals_[static_cast<std::size_t>(row)];
    const float* sums = sums_ + row * sum_step(e_);
    for (std::int64_t c = 0; c < e_.width; ++c) out[c] = sums[c] * share;
  }

  const Extents& e_;
  std::int64_t rows_;
  float* scores_;
  float* sums_;
  std::uint16_t* queries_;
  std::uint16_t* weights_;
  std::array<float, kMostTileRows> totals_{};
};

}  // namespace

Status dot_attention(const ExecContext& context, const BidirectionalAttentionArgs& args) {
  const Extents e{{args.q.shape[1], args.q.shape[2], args.q.shape[3]}};
  const std::int64_t item_heads = e.tokens == 0 ? 0 : args.q.shape[0] * e.heads;
  const Arena::Scope scope(*context.workspace);
  ARGES_ASSIGN_OR_RETURN(const TensorView keys,
                         context.workspace->allocate({item_heads, e.keys()}, DType::kBF16));
  ARGES_ASSIGN_OR_RETURN(const TensorView values,
                         context.workspace->allocate({item_heads, e.values()}, DType::kBF16));
  auto* const packed_keys = static_cast<std::uint16_t*>(keys.data);
  auto* const packed_values = static_cast<std::uint16_t*>(values.data);
  ARGES_RETURN_IF_ERROR(parallel_tasks(
      context, item_heads, kPanel * padded_inputs(e.width) / 2,
      [&](std::int64_t i, float* scratch) {
        pack_keys(e, args.k.f32() + e.offset(i), reinterpret_cast<std::uint16_t*>(scratch),
                  packed_keys + i * e.keys());
        pack_values(e, args.v.f32() + e.offset(i), packed_values + i * e.values());
      }));
  const RowTiles tiles(e.tokens, dot_unit().tile_rows, dot_unit().row_step);
  return parallel_tasks(context, item_heads * tiles.count(),
                        QueryTile::scratch_floats(e, tiles.size(0)),
                        [&](std::int64_t task, float* scratch) {
                          const std::int64_t i = task / tiles.count();
                          const std::int64_t tile = task % tiles.count();
                          const std::int64_t at = e.offset(i) + tiles.begin(tile) * e.row_step();
                          QueryTile(e, tiles.size(tile), scratch)
                              .attend(args.q.f32() + at, args.scale, packed_keys + i * e.keys(),
                                      packed_values + i * e.values(), args.out.f32() + at);
                          dot_unit().end();
                        });
}

}  // namespace arges::kernels::cpu
