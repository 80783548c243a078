// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "kernels/base/dtype.h"
#include "kernels/base/shape.h"

namespace arges {

// Where a tensor's bytes live. Ops accept only tensors of their own backend's device.
enum class Device : std::uint8_t { kCpu, kCuda };

// A dense row-major tensor somebody else owns, read only. A value type: copying copies no data.
struct ConstTensorView {
  const void* data = nullptr;
  DType dtype = DType::kF32;
  Shape shape;
  Device device = Device::kCpu;

  // Typed access; precondition: dtype matches and device is kCpu.
  const float* f32() const { return static_cast<const float*>(data); }
  const std::uint16_t* u16() const { return static_cast<const std::uint16_t*>(data); }
  const std::int32_t* i32() const { return static_cast<const std::int32_t*>(data); }
  std::size_t bytes() const { return static_cast<std::size_t>(shape.count()) * dtype_size(dtype); }
};

// The same, writable.
struct TensorView {
  void* data = nullptr;
  DType dtype = DType::kF32;
  Shape shape;
  Device device = Device::kCpu;

  float* f32() const { return static_cast<float*>(data); }
  std::int32_t* i32() const { return static_cast<std::int32_t*>(data); }
  std::size_t bytes() const { return static_cast<std::size_t>(shape.count()) * dtype_size(dtype); }
  operator ConstTensorView() const { return {data, dtype, shape, device}; }  // NOLINT

  // The same elements under another shape of equal count.
  TensorView reshaped(Shape other) const { return {data, dtype, other, device}; }
};

// Views of host memory.
inline ConstTensorView view_f32(const float* data, Shape shape) {
  return {data, DType::kF32, shape, Device::kCpu};
}
inline TensorView view_f32(float* data, Shape shape) {
  return {data, DType::kF32, shape, Device::kCpu};
}
inline ConstTensorView view_i32(std::span<const std::int32_t> values) {
  return {values.data(), DType::kI32, Shape{static_cast<std::int64_t>(values.size())},
          Device::kCpu};
}

}  // namespace arges
