// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "sdk/fusion/vision_language_model.h"

namespace arges::testing {

using Tokens = std::vector<language::TokenId>;

// Runs the decoder of a loaded checkpoint over ids and keeps all logits. A failure throws.
class DecoderRunner {
 public:
  // weights: an engine's weight_format.
  DecoderRunner(const std::string& folder, const std::string& device, int threads,
                const std::string& weights = "auto");

  // One sequence; its tokens arrive in steps of the given sizes, the last size repeating.
  // [ids, vocab] logits.
  std::vector<float> run(std::span<const language::TokenId> ids, std::int64_t chunk);

  // Several sequences in one ragged batch: each brings its next `chunk` tokens to every step until
  // it has none left. One logits array a sequence.
  std::vector<std::vector<float>> run_batch(const std::vector<Tokens>& sequences,
                                            const std::vector<std::int64_t>& chunks);

  // `count` greedy tokens after the prompt, each from its own decode step.
  Tokens greedy(Tokens prompt, std::int64_t count);

  std::int64_t vocab() const { return model_->vocab_size(); }
  sdk::VisionLanguageModel& model() { return *model_; }

 private:
  struct Running;
  void step(std::vector<Running>& running);

  std::shared_ptr<sdk::VisionLanguageModel> model_;
};

// Largest |a − b|; infinity when the sizes differ or a value is not finite.
double max_difference(std::span<const float> a, std::span<const float> b);

}  // namespace arges::testing
