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

Memory allocate(std::int64_t count, DType dtype) {
  return require(Memory::allocate(static_cast<std::size_t>(count) * dtype_size(dtype)));
}

}  // namespace

// xorshift32: speed is all that is asked of it.
float RandomWeights::next(float limit) {
  state_ ^= state_ << 13;
  state_ ^= state_ >> 17;
  state_ ^= state_ << 5;
  return limit * (static_cast<float>(state_ >> 8) * 0x1p-23F - 1.0F);
}

Memory RandomWeights::fill(std::int64_t count, DType dtype, float limit) {
  Memory buffer = allocate(count, dtype);
  if (dtype == DType::kF32) {
    for (std::int64_t i = 0; i < count; ++i) buffer.f32()[i] = next(limit);
  } else {
    auto* out = reinterpret_cast<std::uint16_t*>(buffer.data());
    for (std::int64_t i = 0; i < count; ++i) out[i] = f32_to_bf16(next(limit));
  }
  return buffer;
}

ConstTensorView RandomWeights::keep(Memory buffer, DType dtype, Shape shape) {
  const ConstTensorView view = buffer.view(shape, dtype);
  kept_.push_back(std::move(buffer));
  return view;
}

RandomWeights::RandomWeights(kernels::ExecContext context, const std::string& weights)
    : RandomWeights(context, weights == "f32" ? DType::kF32 : DType::kBF16,
                    sdk::find_format_policy(weights).value_or(sdk::FormatPolicy())) {}

sdk::WeightType RandomWeights::type_of(sdk::ModelPart part) const {
  kernels::MatrixSource source;
  source.dtype = stored_type(part);
  return sdk::type_in_memory(formats_[part], {&source, 1});
}

// The router is f32 in the published checkpoints (architecture.md §3).
DType RandomWeights::stored_type(sdk::ModelPart part) const {
  return part == sdk::ModelPart::kRouter ? DType::kF32 : dtype_;
}

Matrix RandomWeights::matrix(sdk::ModelPart part, std::int64_t rows, std::int64_t cols) {
  const DType stored = stored_type(part);
  const sdk::WeightType type = type_of(part);
  Memory buffer = fill(rows * cols, stored, unit_gain(cols));
  const kernels::MatrixSource source =
      kernels::whole_matrix(buffer.view(Shape{rows, cols}, stored));
  Matrix laid_out;
  require(kernels::lay_out(context_, {.sources = {&source, 1},
                                      .dtype = type.dtype,
                                      .row_type = type.row_type,
                                      .groups = type.groups,
                                      .slab = &slab_,
                                      .out = &laid_out}));
  if (laid_out.owner == nullptr) kept_.push_back(std::move(buffer));
  return laid_out;
}

// How rows of gate and up alternate does not matter where all are random.
kernels::Expert RandomWeights::expert(std::int64_t width, std::int64_t ffn) {
  const std::int64_t turns = (ffn + kernels::kGateRows - 1) / kernels::kGateRows;
  return {matrix(sdk::ModelPart::kExperts, 2 * turns * kernels::kGateRows, width),
          matrix(sdk::ModelPart::kExperts, width, ffn)};
}

ConstTensorView RandomWeights::table(std::int64_t rows, std::int64_t cols) {
  return keep(fill(rows * cols, dtype_, 1.0F), dtype_, {rows, cols});
}

ConstTensorView RandomWeights::vector(Shape shape, float centre, float spread) {
  Memory buffer = fill(shape.count(), DType::kF32, spread);
  for (std::int64_t i = 0; i < shape.count(); ++i) buffer.f32()[i] += centre;
  return keep(std::move(buffer), DType::kF32, shape);
}

ConstTensorView RandomWeights::copy(const std::vector<float>& values) {
  const auto count = static_cast<std::int64_t>(values.size());
  Memory buffer = allocate(count, DType::kF32);
  std::copy(values.begin(), values.end(), buffer.f32());
  return keep(std::move(buffer), DType::kF32, {count});
}

}  // namespace arges::cli
