// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "kernels/base/matrix.h"
#include "kernels/base/shape.h"
#include "kernels/base/status.h"
#include "kernels/base/tensor_view.h"
#include "language/model/config.h"
#include "language/model/weights.h"
#include "sdk/model/model_config.h"
#include "sdk/model/model_part.h"
#include "sdk/model/shard_plan.h"
#include "sdk/model/weight_names.h"
#include "vision/vit/weights.h"

namespace arges::sdk {

// A tensor that a model of some config must have.
struct ExpectedTensor {
  std::string name;
  Shape shape;
  ModelPart part = ModelPart::kEmbedding;
  Split split = Split::kWhole;  // of its rows or columns, piece by piece
};

// Rows of a tensor that go into a weight, the tensor seen as a row-major matrix of `cols` columns.
// What goes into several weights (fused experts) is visited in the order of its rows.
struct WeightPiece {
  ExpectedTensor tensor;
  std::int64_t cols = 0;
  std::int64_t first_row = 0;
  std::int64_t rows = 0;
  std::int64_t group_rows = 0;  // kernels::MatrixSource's: how pieces of one weight interleave

  // Rows that lie at `data` in this type, as lay_out takes them.
  kernels::MatrixSource source(const void* data, DType dtype) const {
    return {data, dtype, cols, rows, cols, group_rows};
  }
  // Whether no later weight has anything of the tensor.
  bool is_last() const { return (first_row + rows) * cols == tensor.shape.count(); }
};

// A weight of a linear map. Where files have its part quantised, it is one tensor of its own name,
// in panels (kernels/base/panel_groups.h); elsewhere it is made of the pieces, in turn.
struct ExpectedWeight {
  std::string name;
  ModelPart part = ModelPart::kEmbedding;
  std::span<const WeightPiece> pieces;

  std::int64_t rows() const;  // with those of zeros between the pieces
  std::int64_t cols() const { return pieces[0].cols; }
  // The tensor in panels.
  ExpectedTensor in_panels(const GroupFormat& groups) const;
};

// The LM head that an embedding table also serves as.
struct TiedHead {
  ExpectedWeight weight;  // its piece is all of the table
  Matrix& target;
};

// Told of every tensor of a model. A failure it returns ends the visit. Targets may be filled or
// left alone; they are valid during the call only.
class WeightVisitor {
 public:
  virtual ~WeightVisitor() = default;
  // To be brought into the backend's form by kernels::lay_out.
  virtual Status weight(const ExpectedWeight& weight, Matrix& target) = 0;
  // Norm weights, biases and the like, to be widened to f32.
  virtual Status vector(const ExpectedTensor& tensor, ConstTensorView& target) = 0;
  // The embedding table, kept in its type; `head` is null where the LM head has a tensor of its
  // own.
  virtual Status table(const ExpectedTensor& tensor, ConstTensorView& target,
                       const TiedHead* head) = 0;
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
