// SPDX-License-Identifier: Apache-2.0
#include "sdk/model/format_policy.h"

#include <algorithm>

namespace arges::sdk {

FormatPolicy bf16_dot_policy() {
  FormatPolicy policy;
  for (const ModelPart part :
       {ModelPart::kAttention, ModelPart::kExperts, ModelPart::kVision, ModelPart::kProjector}) {
    policy[part] = WeightFormat::kBF16Dot;
  }
  return policy;
}

DType row_type(WeightFormat format) {
  return format == WeightFormat::kBF16Dot ? DType::kBF16 : DType::kF32;
}

DType type_in_memory(WeightFormat format, std::span<const kernels::MatrixSource> sources) {
  if (format == WeightFormat::kBF16Dot) return DType::kBF16;
  const DType stored = sources[0].dtype;
  const bool agree = std::all_of(sources.begin(), sources.end(),
                                 [&](const auto& source) { return source.dtype == stored; });
  if (format == WeightFormat::kF32 || !agree) return DType::kF32;
  const bool rounds = format == WeightFormat::kBF16 && stored == DType::kF32;
  return rounds ? DType::kBF16 : stored;
}

}  // namespace arges::sdk
