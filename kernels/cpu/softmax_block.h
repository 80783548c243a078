// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

namespace arges::kernels::cpu {

// Some keys and values of one head. Keys lie in panels of kPanel tokens: channel c of token t at
// keys[(t / kPanel · width + c) · kPanel + t % kPanel]. The value of token t is
// values[t · value_step], `width` floats.
struct KeyBlock {
  const float* keys = nullptr;
  const float* values = nullptr;
  std::int64_t value_step = 0;
  std::int64_t tokens = 0;  // at most SoftmaxBlock::kMostTokens
};

// What the softmax of a vector of queries works on, one query a lane.
struct Lanes {
  float* weights;  // [tokens, stride]: scores in, weights out
  std::int64_t stride;
  std::int64_t tokens;
  const float* limits;
  float* largest;
  float* totals;
  float* corrections;
};

// What one query has made of some tokens: Σ e^(score − largest) v, not yet divided by the total of
// these weights. The total of a query that saw none of the tokens is 0.
struct SoftmaxPart {
  float largest = 0.0f;
  float total = 0.0f;
  const float* sums = nullptr;  // [width]
};

// Parts of one query over neighbouring stretches of tokens, added up in their order. The same parts
// in the same order give the same bits, wherever they were made.
class SoftmaxSum {
 public:
  SoftmaxSum() = default;
  // Borrows `sums`, `width` floats.
  SoftmaxSum(float* sums, std::int64_t width) : sums_(sums), width_(width) {}

  void add(const SoftmaxPart& part);
  // The weighted mean of all values seen.
  void write(float* out) const;

 private:
  float largest_ = 0.0f;
  float total_ = 0.0f;  // 0: nothing seen yet
  float* sums_ = nullptr;
  std::int64_t width_ = 0;
};

// Attention of up to kMostQueries queries of one head over keys that arrive block by block, in
// fp32 and with a running maximum (the "online" softmax). Scores are kept transposed,
// [token, query]: the softmax then works on whole vectors of queries, and its result already is
// the x of the product with the values. What happens to one query does not depend on the others.
class SoftmaxBlock {
 public:
  static constexpr std::int64_t kMostQueries = 64;  // four panels
  static constexpr std::int64_t kMostTokens = 64;

  // Floats of scratch that a block of queries of `width` channels needs.
  static std::int64_t scratch_floats(std::int64_t width);

  // Starts with these queries, each of `width` floats. Borrows `scratch` for its own life.
  SoftmaxBlock(std::span<const float* const> queries, std::int64_t width, float scale,
               float* scratch);

  // Query i attends to the first visible(i) tokens of the block: none if <= 0, all if >= tokens.
  template <typename Visible>
  void absorb(const KeyBlock& block, const Visible& visible) {
    for (std::int64_t i = 0; i < queries_; ++i) limits_[i] = static_cast<float>(visible(i));
    absorb_limited(block);
  }

  // The weighted mean of the values that query `i` has seen, `width` floats.
  void write(std::int64_t i, float* out) const;

  // What query `i` has seen since the start or the last restart. Valid until the next absorb.
  SoftmaxPart part(std::int64_t i) const {
    return {largest_[i], totals_[i], sums_ + i * padded_width_};
  }

  // Forgets all tokens; the queries stay.
  void restart();

 private:
  void absorb_limited(const KeyBlock& block);
  void score(const KeyBlock& block);
  void add_values(const KeyBlock& block);

  std::int64_t queries_;
  std::int64_t width_;
  std::int64_t padded_width_;
  float scale_;
  bool empty_ = true;
  float* transposed_queries_;  // [width, kMostQueries]
  float* weights_;             // [kMostTokens, kMostQueries], the scores before
  float* sums_;                // [kMostQueries, padded_width]
  float* padded_values_;       // [kMostTokens, padded_width], used when width is not whole panels
  float* limits_;              // [kMostQueries] each, from here on
  float* largest_;
  float* totals_;
  float* corrections_;
};

}  // namespace arges::kernels::cpu
