// SPDX-License-Identifier: Apache-2.0
#include "tests/kernels/cuda/lightning_recurrence.h"

#include <array>
#include <atomic>
#include <bit>
#include <cmath>
#include <thread>

namespace arges::testing {

namespace {

constexpr int kWidth = 128;

double sigmoid(double x) {
  return 1.0 / (1.0 + std::exp(-x));
}

}  // namespace

double to_double(Bf16 bits) {
  return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16);
}

Bf16 to_bf16(double value) {
  const auto bits = std::bit_cast<std::uint32_t>(static_cast<float>(value));
  return static_cast<Bf16>((bits + 0x7fffu + (bits >> 16 & 1u)) >> 16);
}

std::vector<float> lightning_slopes(int heads, int layer) {
  std::vector<float> slopes;
  const double factor = 1.0 - layer / 79.0 + 1e-5;
  for (int h = 0; h < heads; ++h) {
    slopes.push_back(static_cast<float>(std::exp2(-8.0 * (h + 1) / heads) * factor));
  }
  return slopes;
}

void LightningReference::run_head(int head, std::int64_t begin, std::int64_t count, double* state,
                                  std::vector<double>& z, std::vector<double>& squares) const {
  const double decay = std::exp(-static_cast<double>((*slopes)[static_cast<std::size_t>(head)]));
  for (std::int64_t row = begin; row < begin + count; ++row) {
    const Bf16* qkv = rows->data() + row * row_stride + head * 3 * kWidth;
    std::array<double, 3 * kWidth> x{};
    for (std::size_t i = 0; i < x.size(); ++i) {
      x[i] = to_double(qkv[i]);
      if (!activated) x[i] *= sigmoid(x[i]);
    }
    std::array<double, kWidth> o{};
    for (std::size_t i = 0; i < kWidth; ++i) {
      double* s = state + i * kWidth;
      for (std::size_t j = 0; j < kWidth; ++j) {
        s[j] = decay * s[j] + x[kWidth + i] * x[2 * kWidth + j];
        o[j] += x[i] * s[j];
      }
    }
    double square = 0.0;
    for (std::size_t j = 0; j < kWidth; ++j) {
      square += o[j] * o[j];
      const std::int64_t column = head * kWidth + static_cast<std::int64_t>(j);
      if (gate_column >= 0) {
        const double gate = to_double((*rows)[row * row_stride + gate_column + column]);
        o[j] *= (activated ? gate : sigmoid(gate)) * static_cast<double>((*norm)[column]);
      }
      z[row * heads * kWidth + column] = o[j];
    }
    squares[row * heads + head] = square;
  }
}

void LightningReference::run(std::int64_t begin, std::int64_t count, std::vector<double>& state,
                             std::vector<double>& z, std::vector<double>& squares) const {
  std::atomic<int> next{0};
  const auto work = [&] {
    for (int head = next++; head < heads; head = next++) {
      run_head(head, begin, count, state.data() + head * kWidth * kWidth, z, squares);
    }
  };
  std::vector<std::jthread> threads;
  for (unsigned i = 0; i < std::max(1u, std::thread::hardware_concurrency()); ++i) {
    threads.emplace_back(work);
  }
}

}  // namespace arges::testing
