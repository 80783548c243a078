// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <initializer_list>
#include <string>
#include <utility>

#include "sdk/model/weight_map.h"

namespace arges::sdk {

// Adds the names' common endings, so that the lists of tensors take one line for each.
class WeightList {
 public:
  explicit WeightList(WeightVisitor& visitor) : visitor_(visitor) {}

  // A whole tensor as a piece of a weight.
  static WeightPiece piece(const std::string& name, std::int64_t rows, std::int64_t cols,
                           ModelPart part, Split split, std::int64_t group_rows = 0) {
    return {{name + ".weight", Shape{rows, cols}, part, split}, cols, 0, rows, group_rows};
  }

  Status weight(std::string name, std::initializer_list<WeightPiece> pieces, Matrix& target) {
    const ModelPart part = pieces.begin()->tensor.part;
    return visitor_.weight({std::move(name), part, {pieces.begin(), pieces.size()}}, target);
  }

  Status matrix(const std::string& name, std::int64_t rows, std::int64_t cols, ModelPart part,
                Matrix& target, Split split = Split::kWhole) {
    return weight(name, {piece(name, rows, cols, part, split)}, target);
  }

  Status vector(std::string name, Shape shape, ModelPart part, ConstTensorView& target,
                Split split = Split::kWhole) {
    return visitor_.vector({std::move(name), shape, part, split}, target);
  }

  Status affine(const std::string& name, std::int64_t rows, std::int64_t cols, ModelPart part,
                vision::Affine& target) {
    ARGES_RETURN_IF_ERROR(matrix(name, rows, cols, part, target.weight));
    return vector(name + ".bias", Shape{rows}, part, target.bias);
  }

  Status norm(const std::string& name, std::int64_t size, vision::Norm& target) {
    ARGES_RETURN_IF_ERROR(vector(name + ".weight", Shape{size}, ModelPart::kVision, target.weight));
    return vector(name + ".bias", Shape{size}, ModelPart::kVision, target.bias);
  }

  WeightVisitor& visitor() { return visitor_; }

 private:
  WeightVisitor& visitor_;
};

}  // namespace arges::sdk
