// SPDX-License-Identifier: Apache-2.0
#include "sdk/model/format_policy.h"

#include <algorithm>

namespace arges::sdk {

namespace {

constexpr ModelPart kLayerParts[] = {ModelPart::kAttention, ModelPart::kExperts};
constexpr ModelPart kPictureParts[] = {ModelPart::kVision, ModelPart::kProjector};

FormatPolicy bf16_dot_policy() {
  FormatPolicy policy;
  for (const ModelPart part : kLayerParts) policy[part] = WeightFormat::kBF16Dot;
  for (const ModelPart part : kPictureParts) policy[part] = WeightFormat::kBF16Dot;
  return policy;
}

FormatPolicy q8_policy() {
  FormatPolicy policy;
  for (const ModelPart part : kLayerParts) policy[part] = WeightFormat::kQ8;
  policy[ModelPart::kLmHead] = WeightFormat::kQ8;
  return policy;
}

// Most of a model's numbers are its experts', and each step reads few of them.
FormatPolicy q4_policy() {
  FormatPolicy policy = q8_policy();
  policy[ModelPart::kExperts] = WeightFormat::kQ4;
  return policy;
}

DType stored_type(WeightFormat format, std::span<const kernels::MatrixSource> sources) {
  const DType stored = sources[0].dtype;
  const bool agree = std::all_of(sources.begin(), sources.end(),
                                 [&](const auto& source) { return source.dtype == stored; });
  if (format == WeightFormat::kF32 || !agree) return DType::kF32;
  const bool rounds = format == WeightFormat::kBF16 && stored == DType::kF32;
  return rounds ? DType::kBF16 : stored;
}

}  // namespace

std::optional<FormatPolicy> find_format_policy(std::string_view name) {
  if (name == "auto" || name == "stored") return FormatPolicy();
  if (name == "bf16_dot") return bf16_dot_policy();
  if (name == "q8") return q8_policy();
  if (name == "q4") return q4_policy();
  return std::nullopt;
}

Result<FormatPolicy> formats_beside_files(const FormatPolicy& asked, const FormatPolicy& files) {
  if (files == FormatPolicy()) return asked;
  if (asked == FormatPolicy() || asked == files) return files;
  return unsupported(
      "the weights in this folder are quantised already; open it with the weight format \"auto\", "
      "or open the checkpoint that it was made from");
}

std::string_view weight_format_name(WeightFormat format) {
  constexpr std::string_view kNames[] = {"stored", "f32", "bf16", "bf16_dot", "q8", "q4"};
  return kNames[static_cast<std::size_t>(format)];
}

GroupFormat groups_of(WeightFormat format) {
  if (format == WeightFormat::kQ8) return {8, kGroupInputs};
  if (format == WeightFormat::kQ4) return {4, kGroupInputs};
  return {};
}

double WeightType::bytes() const {
  if (dtype != DType::kI8) return static_cast<double>(dtype_size(dtype));
  return groups.bits / 8.0 + static_cast<double>(sizeof(float)) / groups.inputs;
}

WeightType type_in_memory(WeightFormat format, std::span<const kernels::MatrixSource> sources) {
  if (format == WeightFormat::kBF16Dot) return {DType::kBF16, DType::kBF16, {}};
  const GroupFormat groups = groups_of(format);
  if (groups.bits != 0) return {DType::kI8, DType::kI8, groups};
  return {stored_type(format, sources), DType::kF32, {}};
}

}  // namespace arges::sdk
