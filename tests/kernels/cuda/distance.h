// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>

namespace arges::testing {

// A sum of squares of differences beside one of squares; a NaN anywhere makes the ratio a NaN.
struct Distance {
  double difference = 0.0;
  double size = 0.0;

  void add(double out, double reference) {
    difference += (out - reference) * (out - reference);
    size += reference * reference;
  }
  double relative() const {
    const double ratio = std::sqrt(difference / std::max(size, 1e-300));
    return std::isnan(ratio) ? HUGE_VAL : ratio;
  }
};

}  // namespace arges::testing
