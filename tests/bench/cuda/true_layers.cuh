// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <memory>
#include <utility>

#include "kernels/cuda/decode_attention.h"
#include "kernels/cuda/expert_ffn.h"
#include "tests/bench/cuda/measure.cuh"

// Four layers of a model of true dimensions, three of lightning attention and one of softmax
// attention, with random weights.
namespace arges::bench {

using namespace kernels::cuda;
using Bf16Array = DeviceArray<__nv_bfloat16>;

inline constexpr int kLayers = 4;
inline constexpr int kSoftmaxLayer = 3;
inline constexpr int kHidden = 6144;
inline constexpr int kFfn = 9216;
inline constexpr int kExperts = 32;
inline constexpr int kTop = 2;
inline constexpr int kHeads = 64;
inline constexpr int kKvHeads = 8;
inline constexpr int kWidth = kHeads * kHeadWidth;
inline constexpr int kRotaryDim = 64;
inline constexpr float kAlpha = 3.5565588f;
inline constexpr float kEpsilon = 1e-5f;

constexpr int inputs_of(int layer) {
  return layer == kSoftmaxLayer ? kWidth + 2 * kKvHeads * kHeadWidth : 4 * kWidth;
}

inline Bf16Array random_weights(std::size_t outputs, std::size_t inputs, unsigned seed) {
  return random_bf16(outputs * inputs, 1.0f / std::sqrt(static_cast<float>(inputs)), seed);
}

inline DeviceArray<float> ones(std::size_t count) {
  return DeviceArray<float>(std::vector<float>(count, 1.0f));
}

struct Bank {
  Bf16Array gate_up;
  Bf16Array down;

  explicit Bank(unsigned seed)
      : gate_up(random_weights(std::size_t{kExperts} * 2 * kFfn, kHidden, seed)),
        down(random_weights(std::size_t{kExperts} * kHidden, kFfn, seed + 1)) {}
};

inline DeviceArray<float> random_router(unsigned seed) {
  std::vector<float> values;
  std::uint64_t x = seed;
  for (int i = 0; i < kExperts * kHidden; ++i) {
    x = x * 6364136223846793005u + 1442695040888963407u;
    values.push_back((static_cast<float>(x >> 40) / 16777216.0f - 0.5f) * 0.04f);
  }
  return DeviceArray<float>(values);
}

// A layer's weights and what it leaves for others on the device, for up to so many rows.
struct Layer {
  Bf16Array in;
  Bf16Array out;
  DeviceArray<float> norm = ones(kHidden);
  DeviceArray<float> expert_norm = ones(kHidden);
  DeviceArray<float> inner_norm = ones(kWidth);
  DeviceArray<float> router;
  DeviceArray<float> inverse_rms;
  DeviceArray<float> expert_inverse_rms;
  DeviceArray<float> logits;
  DeviceArray<float> weights;
  DeviceArray<std::int32_t> ids;
  DeviceArray<std::int32_t> order;
  DeviceArray<std::int32_t> offsets{kExperts + 1};
  DeviceArray<std::int32_t> active{kExperts + 1};
  std::shared_ptr<Bank> bank;

  Layer(int layer, std::shared_ptr<Bank> experts, std::size_t rows)
      : in(random_weights(static_cast<std::size_t>(inputs_of(layer)), kHidden,
                          10u + static_cast<unsigned>(layer))),
        out(random_weights(kHidden, kWidth, 20u + static_cast<unsigned>(layer))),
        router(random_router(30u + static_cast<unsigned>(layer))),
        inverse_rms(zeros(rows)),
        expert_inverse_rms(zeros(rows)),
        logits(zeros(rows * kExperts)),
        weights(zeros(rows * kTop)),
        ids(rows * kTop),
        order(rows * kTop),
        bank(std::move(experts)) {}

  Routing routing() const {
    return {ids.get(), weights.get(), order.get(), offsets.get(), active.get()};
  }
};

inline std::vector<float> true_slopes() {
  std::vector<float> values;
  for (int h = 0; h < kHeads; ++h) values.push_back(std::exp2(-8.0f * (h + 1) / kHeads) * 0.5f);
  return values;
}

inline std::vector<double> true_frequencies() {
  std::vector<double> values;
  for (int j = 0; j < kRotaryDim / 2; ++j) values.push_back(std::pow(1e7, -2.0 * j / kRotaryDim));
  return values;
}

// Between −1 and 1.
inline std::vector<float> uniform_rows(int rows) {
  std::vector<float> values;
  std::uint64_t x = 77;
  for (int i = 0; i < rows * kHidden; ++i) {
    x = x * 6364136223846793005u + 1442695040888963407u;
    values.push_back(static_cast<float>(x >> 40) / 8388608.0f - 1.0f);
  }
  return values;
}

// For up to so many rows; none where memory is short of one bank and `others` bytes.
inline std::vector<std::unique_ptr<Layer>> make_layers(std::size_t rows, std::size_t others) {
  constexpr std::size_t kBankBytes = std::size_t{kExperts} * 3 * kHidden * kFfn * 2;
  std::size_t available = 0;
  std::size_t total = 0;
  must(cudaMemGetInfo(&available, &total), "memory");
  std::vector<std::unique_ptr<Layer>> layers;
  if (available < kBankBytes + others) {
    std::printf("layers: left out, too little free memory\n");
    return layers;
  }
  const bool own = available > kLayers * kBankBytes + others;
  if (!own) std::printf("layers: all share one bank of experts, memory is short\n");
  std::shared_ptr<Bank> bank;
  for (int l = 0; l < kLayers; ++l) {
    if (own || bank == nullptr) bank = std::make_shared<Bank>(100u + 2 * static_cast<unsigned>(l));
    layers.push_back(std::make_unique<Layer>(l, bank, rows));
  }
  return layers;
}

}  // namespace arges::bench
