// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace arges {

// Element types that tensors and checkpoints carry. kI8 is that of quantised rows and weights alone
// (kernels/base/quantise.h): no tensor of a checkpoint is one.
enum class DType : std::uint8_t { kF32, kBF16, kF16, kI32, kI64, kU8, kI8 };

// Size of one element in bytes.
constexpr std::size_t dtype_size(DType dtype) {
  switch (dtype) {
    case DType::kF32:
    case DType::kI32:
      return 4;
    case DType::kBF16:
    case DType::kF16:
      return 2;
    case DType::kI64:
      return 8;
    case DType::kU8:
    case DType::kI8:
      return 1;
  }
  return 0;
}

// The safetensors spelling, e.g. "BF16".
std::string_view dtype_name(DType dtype);

// bfloat16 is the upper half of an fp32: widening is exact.
inline float bf16_to_f32(std::uint16_t bits) {
  return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16);
}

// Round to nearest even; NaN stays NaN.
std::uint16_t f32_to_bf16(float value);

// IEEE binary16 to fp32, exact, subnormals included.
float f16_to_f32(std::uint16_t bits);

}  // namespace arges
