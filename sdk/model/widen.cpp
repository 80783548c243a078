// SPDX-License-Identifier: Apache-2.0
#include "sdk/model/widen.h"

#include <cstring>

namespace arges::sdk {
namespace {

std::uint16_t half_at(std::span<const std::byte> bytes, std::size_t index) {
  std::uint16_t bits = 0;
  std::memcpy(&bits, bytes.data() + 2 * index, sizeof bits);
  return bits;
}

float element(std::span<const std::byte> bytes, DType dtype, std::size_t index) {
  if (dtype == DType::kBF16) return bf16_to_f32(half_at(bytes, index));
  if (dtype == DType::kF16) return f16_to_f32(half_at(bytes, index));
  float value = 0.0F;
  if (dtype == DType::kF32) std::memcpy(&value, bytes.data() + 4 * index, sizeof value);
  return value;
}

}  // namespace

void widen_to_f32(std::span<const std::byte> bytes, DType dtype, std::span<float> out) {
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = element(bytes, dtype, i);
}

}  // namespace arges::sdk
