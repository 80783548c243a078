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

// Rows of a tensor that go into a weight, the tensor seen as a row-major matrix of `cols` columns.
// What goes into several weights (fused experts) is visited in the order of its rows.
struct WeightPiece {
  ExpectedTensor tensor;
  std::int64_t cols = 0;
  std::int64_t first_row = 0;
  std::int64_t rows = 0;
  std::int64_t group_rows = 0;  // kernels::MatrixSource's: how pieces of one weight interleave

  // Whether no later weight has anything of the tensor.
  bool is_last() const { return (first_row + rows) * cols == tensor.shape.count(); }
};

// Told of every tensor of a model. A failure it returns ends the visit. Targets may be filled or
// left alone; they are valid during the call only.
class WeightVisitor {
 public:
  virtual ~WeightVisitor() = default;
  // The weight of a linear map, to be made of the pieces (kernels::lay_out).
  virtual Status weight(std::span<const WeightPiece> pieces, Matrix& target) = 0;
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
