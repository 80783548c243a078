// SPDX-License-Identifier: Apache-2.0
#include "vision/tiles/resize_weights.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace arges::vision {
namespace {

constexpr double kSupport = 2.0;  // the cubic kernel is zero beyond two samples

// Keys' cubic convolution with a = −0.5, in Pillow's order of operations.
double cubic(double x) {
  constexpr double a = -0.5;
  x = std::abs(x);
  if (x < 1.0) return ((a + 2.0) * x - (a + 3.0)) * x * x + 1.0;
  if (x < 2.0) return (((x - 5.0) * x + 8.0) * x - 4.0) * a;
  return 0.0;
}

std::int32_t to_fixed(double weight) {
  const double scaled = weight * (1 << kWeightBits);
  return static_cast<std::int32_t>(weight < 0 ? scaled - 0.5 : scaled + 0.5);
}

// Weights of the inputs first … first + count, whose output lies at `center`, summing to one.
void fill_row(double center, double stretch, int first, int count, std::vector<double>& scratch,
              std::int32_t* out) {
  double sum = 0.0;
  const double inverse = 1.0 / stretch;
  for (int i = 0; i < count; ++i) {
    scratch[static_cast<std::size_t>(i)] = cubic((i + first - center + 0.5) * inverse);
    sum += scratch[static_cast<std::size_t>(i)];
  }
  for (int i = 0; i < count; ++i) {
    const double weight = scratch[static_cast<std::size_t>(i)];
    out[i] = to_fixed(sum != 0.0 ? weight / sum : weight);
  }
}

}  // namespace

ResizeWeights bicubic_weights(int in, int out) {
  const double scale = static_cast<double>(in) / out;
  const double stretch = std::max(scale, 1.0);  // antialias: a wider kernel when scaling down
  const double support = kSupport * stretch;
  ResizeWeights result;
  result.taps = static_cast<int>(std::ceil(support)) * 2 + 1;
  result.weights.resize(static_cast<std::size_t>(out) * static_cast<std::size_t>(result.taps));
  std::vector<double> scratch(static_cast<std::size_t>(result.taps));
  for (int i = 0; i < out; ++i) {
    const double center = (i + 0.5) * scale;
    const int first = std::max(static_cast<int>(center - support + 0.5), 0);
    const int end = std::min(static_cast<int>(center + support + 0.5), in);
    result.first.push_back(first);
    result.count.push_back(end - first);
    fill_row(center, stretch, first, end - first, scratch,
             result.weights.data() +
                 static_cast<std::size_t>(i) * static_cast<std::size_t>(result.taps));
  }
  return result;
}

}  // namespace arges::vision
