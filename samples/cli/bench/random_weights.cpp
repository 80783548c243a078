// SPDX-License-Identifier: Apache-2.0
#include "samples/cli/bench/random_weights.h"

#include <algorithm>
#include <cmath>

#include "kernels/op_table.h"
#include "samples/cli/failure.h"

namespace arges::cli {
namespace {

// A row of `cols` such numbers keeps the variance of what it is multiplied with.
float unit_gain(std::int64_t cols) {
  return std::sqrt(3.0F / static_cast<float>(cols));
}

Buffer allocate(std::int64_t count, DType dtype) {
  return require(Buffer::allocate(static_cast<std::size_t>(count) * dtype_size(dtype)));
}

}  // namespace

// xorshift32: speed is all that is asked of it.
float RandomWeights::next(float limit) {
  state_ ^= state_ << 13;
  state_ ^= state_ >> 17;
  state_ ^= state_ << 5;
  return limit * (static_cast<float>(state_ >> 8) * 0x1p-23F - 1.0F);
}

Buffer RandomWeights::fill(std::int64_t count, DType dtype, float limit) {
  Buffer buffer = allocate(count, dtype);
  if (dtype == DType::kF32) {
    for (std::int64_t i = 0; i < count; ++i) buffer.f32()[i] = next(limit);
  } else {
    auto* out = reinterpret_cast<std::uint16_t*>(buffer.data());
    for (std::int64_t i = 0; i < count; ++i) out[i] = f32_to_bf16(next(limit));
  }
  return buffer;
}

ConstTensorView RandomWeights::keep(Buffer buffer, DType dtype, Shape shape) {
  const ConstTensorView view{buffer.data(), dtype, shape, Device::kCpu};
  kept_.push_back(std::move(buffer));
  return view;
}

Matrix RandomWeights::matrix(std::int64_t rows, std::int64_t cols, DType dtype) {
  Buffer buffer = fill(rows * cols, dtype, unit_gain(cols));
  const ConstTensorView view{buffer.data(), dtype, Shape{rows, cols}, Device::kCpu};
  Matrix packed = require(context_.ops->pack_matrix(context_, view));
  if (packed.owner == nullptr) kept_.push_back(std::move(buffer));
  return packed;
}

ConstTensorView RandomWeights::table(std::int64_t rows, std::int64_t cols) {
  return keep(fill(rows * cols, dtype_, 1.0F), dtype_, {rows, cols});
}

ConstTensorView RandomWeights::vector(Shape shape, float centre, float spread) {
  Buffer buffer = fill(shape.count(), DType::kF32, spread);
  for (std::int64_t i = 0; i < shape.count(); ++i) buffer.f32()[i] += centre;
  return keep(std::move(buffer), DType::kF32, shape);
}

ConstTensorView RandomWeights::copy(const std::vector<float>& values) {
  const auto count = static_cast<std::int64_t>(values.size());
  Buffer buffer = allocate(count, DType::kF32);
  std::copy(values.begin(), values.end(), buffer.f32());
  return keep(std::move(buffer), DType::kF32, {count});
}

}  // namespace arges::cli
