// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "kernels/base/matrix.h"
#include "kernels/base/shape.h"
#include "kernels/base/status.h"
#include "kernels/base/tensor_view.h"
#include "language/model/config.h"
#include "language/model/weights.h"
#include "sdk/model/model_config.h"
#include "sdk/model/weight_names.h"
#include "vision/vit/weights.h"

namespace arges::sdk {

// Which part of the model a tensor belongs to, for reports.
enum class ModelPart : std::uint8_t {
  kEmbedding,
  kAttention,
  kExperts,
  kRouter,
  kNorms,
  kVision,
  kProjector,
  kLmHead,
};
inline constexpr int kModelParts = 8;

// A lower-case word, e.g. "embedding"; a static string.
std::string_view model_part_name(ModelPart part);

// A tensor that a model of some config must have.
struct ExpectedTensor {
  std::string name;
  Shape shape;
  ModelPart part = ModelPart::kEmbedding;
};

// Where one matrix of a tensor goes. A tensor's matrices lie one after another in it, row-major,
// and fill it: one for an ordinary weight, several for fused experts.
struct MatrixSlot {
  std::int64_t rows = 0;
  std::int64_t cols = 0;
  Matrix* target = nullptr;
};

// Told of every tensor of a model. A failure it returns ends the visit. Targets may be filled or
// left alone; they are valid during the call only.
class WeightVisitor {
 public:
  virtual ~WeightVisitor() = default;
  // Weights of linear maps, to be packed into the targets.
  virtual Status matrices(const ExpectedTensor& tensor, std::span<const MatrixSlot> slots) = 0;
  // Norm weights, biases and the like, to be widened to f32.
  virtual Status vector(const ExpectedTensor& tensor, ConstTensorView& target) = 0;
  // The embedding table, kept in its type; tied_head is the LM head it also serves as, or null.
  virtual Status table(const ExpectedTensor& tensor, ConstTensorView& target,
                       Matrix* tied_head) = 0;
};

// The one list of all tensors: names, shapes and destinations (architecture.md §3, §7). Visits the
// language model's, in the order the model uses them, growing weights.layers on the way.
// Precondition: check_decoder_config(config).ok().
Status visit_decoder_weights(const language::DecoderConfig& config, const WeightNames& names,
                             language::DecoderWeights& weights, WeightVisitor& visitor);

// The image encoder's, projector and image_newline included. Precondition: check_vit_config.ok().
Status visit_image_encoder_weights(const vision::VitConfig& config, const WeightNames& names,
                                   vision::ImageEncoderWeights& weights, WeightVisitor& visitor);

// Both, as far as the model has them.
Status visit_weights(const ModelConfig& config, const WeightNames& names,
                     language::DecoderWeights& decoder, vision::ImageEncoderWeights& encoder,
                     WeightVisitor& visitor);

}  // namespace arges::sdk
