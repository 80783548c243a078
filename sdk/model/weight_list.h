// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>

#include "sdk/model/weight_map.h"

namespace arges::sdk {

// Adds the names' common endings, so that the lists of tensors take one line for each.
class WeightList {
 public:
  explicit WeightList(WeightVisitor& visitor) : visitor_(visitor) {}

  Status matrix(std::string name, std::int64_t rows, std::int64_t cols, ModelPart part,
                Matrix& target) {
    const MatrixSlot slot{rows, cols, &target};
    return visitor_.matrices({std::move(name) + ".weight", Shape{rows, cols}, part}, {&slot, 1});
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
