// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "kernels/base/status.h"
#include "kernels/ops/lay_out.h"
#include "sdk/model/model_part.h"

namespace arges::sdk {

// What the numbers of a weight are kept as.
enum class WeightFormat : std::uint8_t {
  kStored,   // as the files have them; fp32 where tensors of one weight disagree
  kF32,      // widened, exactly
  kBF16,     // fp32 rounded to nearest even; what the files have in fewer bits is left alone
  kBF16Dot,  // everything rounded to bf16, and so are the rows that meet it (Matrix::row_type)
  kQ8,       // quantised to 8 bits in groups, and so are the rows that meet it
  kQ4,       // quantised to 4 bits in groups, the rows that meet it to 8
};

// The inputs of a group of either: kernels/cpu/README.md says why.
inline constexpr std::int32_t kGroupInputs = 64;

// Which part of a model is kept in which format. Pure data; as stored unless it says otherwise.
struct FormatPolicy {
  std::array<WeightFormat, kModelParts> formats{};

  WeightFormat& operator[](ModelPart part) { return formats[static_cast<std::size_t>(part)]; }
  WeightFormat operator[](ModelPart part) const { return formats[static_cast<std::size_t>(part)]; }
  bool operator==(const FormatPolicy&) const = default;
};

// The policy of a format's name, as an engine's option has it; nothing for other names:
//
//   name              attention   experts    LM head    image encoder, projector
//   "auto", "stored"  stored      stored     stored     stored
//   "bf16_dot"        bf16_dot    bf16_dot   stored     bf16_dot
//   "q8"              q8          q8         q8         stored
//   "q4"              q8          q4         q8         stored
//
// Router, norms and the embedding table stay as stored under every name. What each costs in
// accuracy: BENCHMARKS.md.
std::optional<FormatPolicy> find_format_policy(std::string_view name);

// What weights of a policy are kept as when the files have them quantised in some parts: what the
// files say, which "auto" and "stored" ask for, and so does the format that was written. Anything
// else would quantise twice: UNSUPPORTED.
Result<FormatPolicy> formats_beside_files(const FormatPolicy& asked, const FormatPolicy& files);

// "q8" for kQ8 and so on; a static string.
std::string_view weight_format_name(WeightFormat format);

// The groups of a quantised format; 0 bits for the others.
GroupFormat groups_of(WeightFormat format);

// How a weight is laid out (kernels::LayOutArgs).
struct WeightType {
  DType dtype = DType::kF32;
  DType row_type = DType::kF32;
  GroupFormat groups;

  // Of one number, its share of a scale included.
  double bytes() const;
};

// What a weight of these sources becomes.
WeightType type_in_memory(WeightFormat format, std::span<const kernels::MatrixSource> sources);

}  // namespace arges::sdk
