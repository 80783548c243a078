// SPDX-License-Identifier: Apache-2.0
#include "samples/cli/bench/bench_model.h"

#include "samples/cli/bench/decoder_shape.h"
#include "samples/cli/bench/random_decoder.h"
#include "samples/cli/failure.h"
#include "samples/cli/model_options.h"

namespace arges::cli {
namespace {

std::optional<language::DecoderConfig> known_shape(const std::string& name) {
  if (name == "XS") return shape_xs();
  if (name == "S") return shape_s();
  return std::nullopt;
}

std::shared_ptr<sdk::VisionLanguageModel> load(const std::string& folder,
                                               const std::string& weights, int threads) {
  ModelOptions options;
  options.model = folder == "pocket" ? default_model() : folder;
  options.device = "cpu";
  options.weights = weights;
  options.threads = threads;
  return open_weights(options);
}

}  // namespace

void BenchModel::check(const std::string& shape, const std::string& weights) {
  if (!known_shape(shape) && !sdk::find_format_policy(weights)) {
    throw UsageError(
        "a model from a folder has its own weights; use bf16_dot, q8, q4 or no --weights");
  }
}

BenchModel::BenchModel(kernels::ExecContext context, const std::string& shape,
                       const std::string& weights)
    : weights_(weights == "stored" ? "bf16" : weights) {
  if (const auto config = known_shape(shape)) {
    random_.emplace(context, weights_);
    decoder_ = &random_decoder_.emplace(
        *config, random_decoder_weights(*config, *random_),
        require(language::SequencePool::create(*config, *context.backend)));
    return;
  }
  loaded_ = load(shape, weights, context.pool->size());
  weights_ = loaded_->facts().weight_format;
  decoder_ = &loaded_->decoder();
}

// Every layer has what the first one has.
WeightBytes BenchModel::weight_bytes() const {
  const auto bytes = [](const Matrix& matrix) {
    return sdk::WeightType{matrix.dtype, matrix.row_type, matrix.groups}.bytes();
  };
  const language::DecoderWeights& weights = decoder_->weights();
  const language::LayerWeights& layer = weights.layers[0];
  return {std::visit([&](const auto& mixer) { return bytes(mixer.in); }, layer.mixer),
          bytes(layer.moe.experts[0].down), bytes(weights.lm_head)};
}

}  // namespace arges::cli
