// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "kernels/ops/lay_out.h"
#include "sdk/model/model_part.h"

namespace arges::sdk {

// What the numbers of a weight are kept as.
enum class WeightFormat : std::uint8_t {
  kStored,   // as the files have them; fp32 where tensors of one weight disagree
  kF32,      // widened, exactly
  kBF16,     // fp32 rounded to nearest even; what the files have in fewer bits is left alone
  kBF16Dot,  // everything rounded to bf16, and so are the rows that meet it (Matrix::row_type)
};

// Which part of a model is kept in which format. Pure data; as stored unless it says otherwise.
struct FormatPolicy {
  std::array<WeightFormat, kModelParts> formats{};

  WeightFormat& operator[](ModelPart part) { return formats[static_cast<std::size_t>(part)]; }
  WeightFormat operator[](ModelPart part) const { return formats[static_cast<std::size_t>(part)]; }
};

// bf16 dot products wherever a layer multiplies; router and LM head stay as stored, their rows
// fp32.
FormatPolicy bf16_dot_policy();

// The type that a weight of these sources is laid out in, and that its rows are brought to.
DType type_in_memory(WeightFormat format, std::span<const kernels::MatrixSource> sources);
DType row_type(WeightFormat format);

}  // namespace arges::sdk
