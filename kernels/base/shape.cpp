// SPDX-License-Identifier: Apache-2.0
#include "kernels/base/shape.h"

namespace arges {

std::string Shape::to_string() const {
  std::string text = "[";
  for (int axis = 0; axis < rank_; ++axis) {
    if (axis > 0) text += ", ";
    text += std::to_string((*this)[axis]);
  }
  return text + "]";
}

}  // namespace arges
