// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cmath>

#include "kernels/cpu/interleave.h"
#include "kernels/cpu/lightning_head.h"
#include "kernels/cpu/panel_product.h"
#include "kernels/cpu/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/lightning_block.cpp"
#include "hwy/foreach_target.h"  // IWYU pragma: keep
#include "hwy/highway.h"
#include "kernels/cpu/vector_math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace arges::kernels::cpu::HWY_NAMESPACE {

// out[r, c] = in[r, c] · factors[c] for whole blocks of kLightningBlock columns.
void run_scale_columns(const float* in, const float* factors, std::int64_t rows, float* out) {
  const FloatTag d;
  for (std::int64_t at = 0; at < rows * kLightningBlock; at += kLanes) {
    const FloatVec factor = hn::LoadU(d, factors + at % kLightningBlock);
    hn::StoreU(hn::Mul(hn::LoadU(d, in + at), factor), d, out + at);
  }
}

// row ← row · factor + row for `count` floats.
void run_decay(float* row, float factor, std::int64_t count) {
  const FloatVec multiplier = hn::Set(FloatTag(), factor);
  for_each_vector(count, [=](std::int64_t i, std::int64_t lanes) HWY_ATTR {
    const FloatVec before = load_some(row + i, lanes);
    store_some(fused_multiply_add(before, multiplier, before), row + i, lanes);
  });
}

// out = in · factor
void run_scale_row(const float* in, float factor, std::int64_t count, float* out) {
  const FloatVec multiplier = hn::Set(FloatTag(), factor);
  for_each_vector(count, [=](std::int64_t i, std::int64_t lanes) HWY_ATTR {
    store_some(hn::Mul(load_some(in + i, lanes), multiplier), out + i, lanes);
  });
}

// scores[j, i] ← e^(−s(i−j)) scores[j, i] for j <= i, else 0; powers[n] = e^(−s n). What was not
// computed above the diagonal may be anything and is not read.
void run_decay_scores(float* scores, const float* powers, std::int64_t tokens) {
  const FloatTag d;
  for (std::int64_t j = 0; j < tokens; ++j) {
    float* row = scores + j * kLightningBlock;
    const std::int64_t whole = j / kLanes * kLanes;
    std::fill_n(row, whole, 0.0f);
    for (std::int64_t i = whole; i < kLightningBlock; i += kLanes) {
      const auto later =
          hn::Ge(hn::Iota(d, static_cast<float>(i)), hn::Set(d, static_cast<float>(j)));
      const FloatVec decay = hn::LoadU(d, powers + kLightningBlock + i - j);
      const FloatVec score = hn::LoadU(d, row + i);
      hn::StoreU(hn::IfThenElseZero(later, hn::Mul(score, decay)), d, row + i);
    }
  }
}

}  // namespace arges::kernels::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace arges::kernels::cpu {

HWY_EXPORT(run_scale_columns);
HWY_EXPORT(run_decay);
HWY_EXPORT(run_scale_row);
HWY_EXPORT(run_decay_scores);

namespace {

// Scratch of one head; the transposes are [width, kLightningBlock].
struct Scratch {
  float* queries;          // transposed
  float* decayed_queries;  // transposed, query i times e^(−s(i+1))
  float* keys;             // transposed
  float* decayed_keys;     // [tokens, width], key j times e^(−s(m−1−j))
  float* scores;           // [kLightningBlock (key), kLightningBlock (query)]
};

Scratch divide(float* scratch, std::int64_t width) {
  const std::int64_t each = width * kLightningBlock;
  return {scratch, scratch + each, scratch + 2 * each, scratch + 3 * each, scratch + 4 * each};
}

void transpose(const float* first, std::int64_t step, std::int64_t tokens, std::int64_t width,
               float* out) {
  std::array<const float*, kLightningBlock> rows{};
  for (std::int64_t t = 0; t < tokens; ++t) rows[static_cast<std::size_t>(t)] = first + t * step;
  interleave_rows({rows.data(), static_cast<std::size_t>(tokens)}, width, out, kLightningBlock);
}

void prepare(const LightningHead& head, std::int64_t tokens, const DecayPowers& powers,
             const Scratch& s) {
  const float* power = powers.data() + kLightningBlock;
  transpose(head.q, head.token_step, tokens, head.width, s.queries);
  transpose(head.key(0), head.token_step, tokens, head.width, s.keys);
  HWY_DYNAMIC_DISPATCH(run_scale_columns)(s.queries, power + 1, head.width, s.decayed_queries);
  for (std::int64_t t = 0; t < tokens; ++t) {
    HWY_DYNAMIC_DISPATCH(run_scale_row)
    (head.key(t), power[tokens - 1 - t], head.width, s.decayed_keys + t * head.width);
  }
}

// The products q_i·k_j of the block with their decay, [j, i].
void score(const LightningHead& head, std::int64_t tokens, const DecayPowers& powers,
           const Scratch& s) {
  const RowTiles tiles(tokens);
  for (std::int64_t tile = 0; tile < tiles.count(); ++tile) {
    const std::int64_t j = tiles.begin(tile);
    const std::int64_t first = j / kPanel;  // the panels before it lie above the diagonal
    panel_product({.x = s.keys + j,
                   .x_step = kLightningBlock,
                   .rows = tiles.size(tile),
                   .w = s.queries + first * kPanel,
                   .w_step = kLightningBlock,
                   .panel_step = kPanel,
                   .panels = (tokens + kPanel - 1) / kPanel - first,
                   .depth = head.width,
                   .sums = s.scores + j * kLightningBlock + first * kPanel,
                   .sums_step = kLightningBlock});
  }
  HWY_DYNAMIC_DISPATCH(run_decay_scores)(s.scores, powers.data(), tokens);
}

std::int64_t panels(const LightningHead& head) {
  return (head.end_column - head.first_column) / kPanel;
}

// out = decayed queries · S + scores · V
void read_out(const LightningHead& head, std::int64_t tokens, const Scratch& s) {
  const RowTiles tiles(tokens);
  for (std::int64_t tile = 0; tile < tiles.count(); ++tile) {
    const std::int64_t i = tiles.begin(tile);
    PanelProduct product{.x = s.decayed_queries + i,
                         .x_step = kLightningBlock,
                         .rows = tiles.size(tile),
                         .w = head.state + head.first_column,
                         .w_step = head.width,
                         .panel_step = kPanel,
                         .panels = panels(head),
                         .depth = head.width,
                         .sums = head.out + i * head.out_step + head.first_column,
                         .sums_step = head.out_step};
    panel_product(product);
    product.x = s.scores + i;
    product.w = head.value(0) + head.first_column;
    product.w_step = head.token_step;
    product.depth = tiles.begin(tile + 1);
    product.resume = true;
    panel_product(product);
  }
}

void update_state(const LightningHead& head, std::int64_t tokens, const Scratch& s) {
  const auto decay_less_one = static_cast<float>(
      std::expm1(-static_cast<double>(head.slope) * static_cast<double>(tokens)));
  for (std::int64_t i = 0; i < head.width; ++i) {
    HWY_DYNAMIC_DISPATCH(run_decay)
    (head.state + i * head.width + head.first_column, decay_less_one,
     head.end_column - head.first_column);
  }
  const RowTiles tiles(head.width);
  for (std::int64_t tile = 0; tile < tiles.count(); ++tile) {
    const std::int64_t i = tiles.begin(tile);
    panel_product({.x = s.decayed_keys + i,
                   .x_step = head.width,
                   .rows = tiles.size(tile),
                   .w = head.value(0) + head.first_column,
                   .w_step = head.token_step,
                   .panel_step = kPanel,
                   .panels = panels(head),
                   .depth = tokens,
                   .sums = head.state + i * head.width + head.first_column,
                   .sums_step = head.width,
                   .resume = true});
  }
}

}  // namespace

std::int64_t lightning_scratch_floats(std::int64_t width) {
  return kLightningBlock * (4 * width + kLightningBlock);
}

DecayPowers decay_powers(float slope) {
  DecayPowers powers{};
  for (std::int64_t n = 0; n <= kLightningBlock; ++n) {
    const double exponent = -static_cast<double>(slope) * static_cast<double>(n);
    powers[static_cast<std::size_t>(kLightningBlock + n)] = static_cast<float>(std::exp(exponent));
  }
  return powers;
}

void lightning_block(const LightningHead& head, std::int64_t tokens, const DecayPowers& powers,
                     float* scratch) {
  const Scratch s = divide(scratch, head.width);
  prepare(head, tokens, powers, s);
  score(head, tokens, powers, s);
  read_out(head, tokens, s);
  update_state(head, tokens, s);
}

}  // namespace arges::kernels::cpu
#endif
