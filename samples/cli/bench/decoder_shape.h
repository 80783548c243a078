// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "language/model/config.h"

namespace arges::cli {

// The shapes of performance.md that language models are measured with, random weights.

// XS: 345 M parameters, 45 M of them active for a token.
language::DecoderConfig shape_xs();
// S: 1.47 B parameters, 168 M active.
language::DecoderConfig shape_s();

// Bytes of one number of each part's matrices.
struct WeightBytes {
  double attention = 0;
  double experts = 0;
  double head = 0;
};

// Bytes and operations that one step must move and do at least, by which it is judged.
struct DecoderWork {
  explicit DecoderWork(const language::DecoderConfig& config, const WeightBytes& bytes)
      : config_(config), bytes_(bytes) {}

  // Operations of the matrix products of `tokens` tokens, with logits for `rows` of them.
  double product_operations(double tokens, double rows) const;
  // Bytes of a step with one token of each of `batch` sequences: all dense weights, `experts`
  // experts over all layers, the states read and written, keys and values of `depth` tokens.
  double decode_bytes(double batch, double depth, double experts) const;

 private:
  double attention_weights() const;  // numbers, of all layers

  language::DecoderConfig config_;
  WeightBytes bytes_;
};

}  // namespace arges::cli
