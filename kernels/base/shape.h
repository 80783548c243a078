// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <string>

namespace arges {

// Extents of a dense row-major tensor, outermost first; rank 0 to 4. A value type.
class Shape {
 public:
  static constexpr int kMaxRank = 4;

  Shape() = default;
  // Precondition: at most kMaxRank extents, all >= 0, product within int64 (checked where the
  // numbers come from a file, see checked_math.h).
  Shape(std::initializer_list<std::int64_t> dims) {
    for (const std::int64_t dim : dims) dims_[static_cast<std::size_t>(rank_++)] = dim;
  }

  int rank() const { return rank_; }
  std::int64_t operator[](int axis) const { return dims_[static_cast<std::size_t>(axis)]; }

  // Number of elements; 1 for rank 0.
  std::int64_t count() const {
    std::int64_t product = 1;
    for (int axis = 0; axis < rank_; ++axis) product *= (*this)[axis];
    return product;
  }

  // The same with another number of outermost indices. Precondition: rank() >= 1.
  Shape with_outermost(std::int64_t count) const {
    Shape shape = *this;
    shape.dims_[0] = count;
    return shape;
  }

  // "[2, 3]", for messages.
  std::string to_string() const;

  friend bool operator==(const Shape& a, const Shape& b) {
    return a.rank_ == b.rank_ && a.dims_ == b.dims_;
  }

 private:
  std::array<std::int64_t, kMaxRank> dims_{};
  int rank_ = 0;
};

}  // namespace arges
