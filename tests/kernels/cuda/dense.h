// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bit>
#include <cstdint>
#include <vector>

#include "tests/kernels/cuda/lightning_recurrence.h"
#include "tests/kernels/cuda/parallel.h"
#include "tests/kernels/cuda/random.h"

// Random matrices of bf16 and products with them in double precision.
namespace arges::testing {

inline double widen(Bf16 bits) {
  return static_cast<double>(std::bit_cast<float>(std::uint32_t{bits} << 16));
}

inline std::vector<Bf16> random_matrix(std::int64_t count, double scale, std::uint64_t seed) {
  std::vector<Bf16> values(static_cast<std::size_t>(count));
  constexpr std::int64_t kPiece = 1 << 16;  // each begins with a seed of its own
  in_parallel((count + kPiece - 1) / kPiece, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t piece = begin; piece < end; ++piece) {
      Random random(seed * 1000003u + static_cast<std::uint64_t>(piece) * 7919u);
      for (std::int64_t i = piece * kPiece; i < std::min(count, (piece + 1) * kPiece); ++i) {
        values[static_cast<std::size_t>(i)] = to_bf16(scale * random.next());
      }
    }
  });
  return values;
}

inline std::vector<float> random_floats(std::int64_t count, double scale, std::uint64_t seed) {
  Random random(seed);
  std::vector<float> values(static_cast<std::size_t>(count));
  for (float& value : values) value = static_cast<float>(scale * random.next());
  return values;
}

// y[i] = Σ_j w[i, j] x[j].
inline std::vector<double> multiply(const Bf16* w, std::int64_t outputs, std::int64_t inputs,
                                    const std::vector<double>& x) {
  std::vector<double> y(static_cast<std::size_t>(outputs));
  const auto some = [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      double sum[4] = {};
      const Bf16* row = w + i * inputs;
      for (std::int64_t j = 0; j < inputs; ++j) {
        sum[j % 4] += widen(row[j]) * x[static_cast<std::size_t>(j)];
      }
      y[static_cast<std::size_t>(i)] = (sum[0] + sum[1]) + (sum[2] + sum[3]);
    }
  };
  if (outputs * inputs < 1 << 20) {  // threads would take longer to start
    some(0, outputs);
  } else {
    in_parallel(outputs, some);
  }
  return y;
}

}  // namespace arges::testing
