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
                           ModelPart part, std::int64_t group_rows = 0) {
    return {{name + ".weight", Shape{rows, cols}, part}, cols, 0, rows, group_rows};
  }

  Status weight(std::initializer_list<WeightPiece> pieces, Matrix& target) {
    return visitor_.weight({pieces.begin(), pieces.size()}, target);
  }

  Status matrix(const std::string& name, std::int64_t rows, std::int64_t cols, ModelPart part,
                Matrix& target) {
    return weight({piece(name, rows, cols, part)}, target);
  }

  Status vector(std::string name, Shape shape, ModelPart part, ConstTensorView& target) {
    return visitor_.vector({std::move(name), shape, part}, target);
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
