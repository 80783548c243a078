// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "kernels/base/device.h"
#include "kernels/base/dtype.h"
#include "kernels/base/shape.h"

namespace arges {

// A dense row-major tensor somebody else owns, read only. A value type: copying copies no data.
// Views come from Memory, from an Arena, from the functions below or from other views; so a view
// always knows the device of its bytes.
struct ConstTensorView {
  const void* data = nullptr;
  DType dtype = DType::kF32;
  Shape shape;
  const Device* device = nullptr;

  // Typed access; precondition: dtype matches and the device is the host.
  const float* f32() const { return static_cast<const float*>(data); }
  const std::uint16_t* u16() const { return static_cast<const std::uint16_t*>(data); }
  const std::int32_t* i32() const { return static_cast<const std::int32_t*>(data); }
  std::size_t bytes() const { return static_cast<std::size_t>(shape.count()) * dtype_size(dtype); }

  // The same elements under another shape of equal count.
  ConstTensorView reshaped(Shape other) const { return {data, dtype, other, device}; }
  // Indices [begin, begin + count) of the outermost axis.
  ConstTensorView slice(std::int64_t begin, std::int64_t count) const;
};

// The same, writable.
struct TensorView {
  void* data = nullptr;
  DType dtype = DType::kF32;
  Shape shape;
  const Device* device = nullptr;

  float* f32() const { return static_cast<float*>(data); }
  std::int32_t* i32() const { return static_cast<std::int32_t*>(data); }
  std::size_t bytes() const { return static_cast<std::size_t>(shape.count()) * dtype_size(dtype); }
  operator ConstTensorView() const { return {data, dtype, shape, device}; }  // NOLINT

  TensorView reshaped(Shape other) const { return {data, dtype, other, device}; }
  TensorView slice(std::int64_t begin, std::int64_t count) const;
};

// Views of host memory.
inline ConstTensorView host_view(const void* data, DType dtype, Shape shape) {
  return {data, dtype, shape, &host_device()};
}
inline TensorView host_view(void* data, DType dtype, Shape shape) {
  return {data, dtype, shape, &host_device()};
}
inline ConstTensorView view_f32(const float* data, Shape shape) {
  return host_view(data, DType::kF32, shape);
}
inline TensorView view_f32(float* data, Shape shape) {
  return host_view(data, DType::kF32, shape);
}
inline ConstTensorView view_i32(std::span<const std::int32_t> values) {
  return host_view(values.data(), DType::kI32, Shape{static_cast<std::int64_t>(values.size())});
}

}  // namespace arges
