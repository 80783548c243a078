// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "language/model/decoder.h"
#include "samples/cli/bench/decoder_shape.h"
#include "samples/cli/bench/random_weights.h"
#include "sdk/fusion/vision_language_model.h"

namespace arges::cli {

// A language model to measure: of a known shape with random weights, or out of a folder.
class BenchModel {
 public:
  // shape: "XS", "S", "pocket" (the bundled model) or a model folder; weights: "f32", "bf16",
  // "bf16_dot", "q8", "q4" or "stored" (as a folder has them; random weights are bf16 then). Throws
  // Failure.
  // Precondition: check().
  BenchModel(kernels::ExecContext context, const std::string& shape, const std::string& weights);

  // Throws UsageError for a combination that cannot be meant, before anything is measured.
  static void check(const std::string& shape, const std::string& weights);

  const language::Decoder& decoder() const { return *decoder_; }
  const std::string& weights() const { return weights_; }  // their type in memory
  WeightBytes weight_bytes() const;

 private:
  std::string weights_;
  std::optional<RandomWeights> random_;
  std::optional<language::Decoder> random_decoder_;
  std::shared_ptr<sdk::VisionLanguageModel> loaded_;
  const language::Decoder* decoder_ = nullptr;
};

}  // namespace arges::cli
