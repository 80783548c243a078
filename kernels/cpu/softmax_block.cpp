// SPDX-License-Identifier: Apache-2.0
#include "kernels/cpu/softmax_block.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "kernels/cpu/interleave.h"
#include "kernels/cpu/panel_product.h"
#include "kernels/cpu/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/softmax_block.cpp"
#include "hwy/foreach_target.h"  // IWYU pragma: keep
#include "hwy/highway.h"
#include "kernels/cpu/vector_math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace arges::kernels::cpu::HWY_NAMESPACE {

HWY_INLINE void softmax_lanes(const Lanes& lanes, float scale) {
  const FloatTag d;
  const FloatVec factor = hn::Set(d, scale);
  const FloatVec limit = hn::LoadU(d, lanes.limits);
  const FloatVec before = hn::LoadU(d, lanes.largest);
  FloatVec largest = before;
  for (std::int64_t t = 0; t < lanes.tokens; ++t) {
    const FloatVec score = hn::Mul(hn::LoadU(d, lanes.weights + t * lanes.stride), factor);
    const auto seen = hn::Lt(hn::Set(d, static_cast<float>(t)), limit);
    largest = hn::IfThenElse(hn::And(seen, hn::Gt(score, largest)), score, largest);
  }
  FloatVec total = hn::Zero(d);
  for (std::int64_t t = 0; t < lanes.tokens; ++t) {
    float* at = lanes.weights + t * lanes.stride;
    const FloatVec score = hn::Mul(hn::LoadU(d, at), factor);
    const auto seen = hn::Lt(hn::Set(d, static_cast<float>(t)), limit);
    const FloatVec weight = hn::IfThenElseZero(seen, exponential(hn::Sub(score, largest)));
    hn::StoreU(weight, d, at);
    total = hn::Add(total, weight);
  }
  const FloatVec correction = exponential(hn::Sub(before, largest));
  hn::StoreU(largest, d, lanes.largest);
  hn::StoreU(correction, d, lanes.corrections);
  hn::StoreU(hn::MulAdd(hn::LoadU(d, lanes.totals), correction, total), d, lanes.totals);
}

void run_softmax(const Lanes& lanes, std::int64_t queries, float scale) {
  for (std::int64_t q = 0; q < queries; q += kLanes) {
    softmax_lanes({lanes.weights + q, lanes.stride, lanes.tokens, lanes.limits + q,
                   lanes.largest + q, lanes.totals + q, lanes.corrections + q},
                  scale);
  }
}

// out = in · factor
void run_scale(const float* in, float factor, std::int64_t count, float* out) {
  const FloatVec multiplier = hn::Set(FloatTag(), factor);
  for_each_vector(count, [=](std::int64_t i, std::int64_t lanes) HWY_ATTR {
    store_some(hn::Mul(load_some(in + i, lanes), multiplier), out + i, lanes);
  });
}

// sums = sums · kept + part · taken
void run_blend(float* sums, float kept, const float* part, float taken, std::int64_t count) {
  const FloatVec old_share = hn::Set(FloatTag(), kept);
  const FloatVec new_share = hn::Set(FloatTag(), taken);
  for_each_vector(count, [=](std::int64_t i, std::int64_t lanes) HWY_ATTR {
    const FloatVec old = hn::Mul(load_some(sums + i, lanes), old_share);
    store_some(fused_multiply_add(load_some(part + i, lanes), new_share, old), sums + i, lanes);
  });
}

}  // namespace arges::kernels::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace arges::kernels::cpu {

HWY_EXPORT(run_softmax);
HWY_EXPORT(run_scale);
HWY_EXPORT(run_blend);

namespace {

std::int64_t whole_panels(std::int64_t width) {
  return (width + kPanel - 1) / kPanel * kPanel;
}

}  // namespace

std::int64_t SoftmaxBlock::scratch_floats(std::int64_t width) {
  return kMostQueries * (width + kMostTokens + whole_panels(width) + 4) +
         kMostTokens * whole_panels(width);
}

SoftmaxBlock::SoftmaxBlock(std::span<const float* const> queries, std::int64_t width, float scale,
                           float* scratch)
    : queries_(static_cast<std::int64_t>(queries.size())),
      width_(width),
      padded_width_(whole_panels(width)),
      scale_(scale),
      transposed_queries_(scratch),
      weights_(transposed_queries_ + width * kMostQueries),
      sums_(weights_ + kMostTokens * kMostQueries),
      padded_values_(sums_ + kMostQueries * padded_width_),
      limits_(padded_values_ + kMostTokens * padded_width_),
      largest_(limits_ + kMostQueries),
      totals_(largest_ + kMostQueries),
      corrections_(totals_ + kMostQueries) {
  std::fill_n(scratch, width * kMostQueries, 0.0f);
  std::fill_n(limits_, kMostQueries, 0.0f);
  interleave_rows(queries, width, transposed_queries_, kMostQueries);
  restart();
}

void SoftmaxBlock::restart() {
  std::fill_n(largest_, kMostQueries, std::numeric_limits<float>::lowest());
  std::fill_n(totals_, kMostQueries, 0.0f);
  empty_ = true;
}

void SoftmaxBlock::score(const KeyBlock& block) {
  for (std::int64_t first = 0; first < block.tokens; first += kPanel) {
    const RowTiles tiles(std::min(kPanel, block.tokens - first));
    for (std::int64_t tile = 0; tile < tiles.count(); ++tile) {
      panel_product({.x = block.keys + first * width_ + tiles.begin(tile),
                     .x_step = kPanel,
                     .rows = tiles.size(tile),
                     .w = transposed_queries_,
                     .w_step = kMostQueries,
                     .panel_step = kPanel,
                     .panels = (queries_ + kPanel - 1) / kPanel,
                     .depth = width_,
                     .sums = weights_ + (first + tiles.begin(tile)) * kMostQueries,
                     .sums_step = kMostQueries});
    }
  }
}

void SoftmaxBlock::add_values(const KeyBlock& block) {
  KeyBlock padded = block;
  if (width_ != padded_width_) {
    // Whole panels are read: the channels past the last must be memory of our own.
    for (std::int64_t t = 0; t < block.tokens; ++t) {
      float* row = padded_values_ + t * padded_width_;
      std::fill_n(std::copy_n(block.values + t * block.value_step, width_, row),
                  padded_width_ - width_, 0.0f);
    }
    padded.values = padded_values_;
    padded.value_step = padded_width_;
  }
  const RowTiles tiles(queries_);
  for (std::int64_t tile = 0; tile < tiles.count(); ++tile) {
    panel_product({.x = weights_ + tiles.begin(tile),
                   .x_step = kMostQueries,
                   .rows = tiles.size(tile),
                   .w = padded.values,
                   .w_step = padded.value_step,
                   .panel_step = kPanel,
                   .panels = padded_width_ / kPanel,
                   .depth = block.tokens,
                   .sums = sums_ + tiles.begin(tile) * padded_width_,
                   .sums_step = padded_width_,
                   .resume = !empty_});
  }
}

void SoftmaxBlock::absorb_limited(const KeyBlock& block) {
  score(block);
  HWY_DYNAMIC_DISPATCH(run_softmax)
  ({weights_, kMostQueries, block.tokens, limits_, largest_, totals_, corrections_}, queries_,
   scale_);
  for (std::int64_t i = 0; i < queries_ && !empty_; ++i) {
    float* row = sums_ + i * padded_width_;
    if (corrections_[i] == 1.0f) continue;
    HWY_DYNAMIC_DISPATCH(run_scale)(row, corrections_[i], padded_width_, row);
  }
  add_values(block);
  empty_ = false;
}

void SoftmaxSum::add(const SoftmaxPart& part) {
  if (part.total == 0.0f) return;
  if (total_ == 0.0f) {
    largest_ = part.largest;
    total_ = part.total;
    std::copy_n(part.sums, width_, sums_);
    return;
  }
  const float largest = std::max(largest_, part.largest);
  const float kept = std::exp(largest_ - largest);
  const float taken = std::exp(part.largest - largest);
  HWY_DYNAMIC_DISPATCH(run_blend)(sums_, kept, part.sums, taken, width_);
  largest_ = largest;
  total_ = std::fma(part.total, taken, total_ * kept);
}

void SoftmaxSum::write(float* out) const {
  HWY_DYNAMIC_DISPATCH(run_scale)(sums_, 1.0f / total_, width_, out);
}

void SoftmaxBlock::write(std::int64_t i, float* out) const {
  HWY_DYNAMIC_DISPATCH(run_scale)(sums_ + i * padded_width_, 1.0f / totals_[i], width_, out);
}

}  // namespace arges::kernels::cpu
#endif
