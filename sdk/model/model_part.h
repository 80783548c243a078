// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

namespace arges::sdk {

// Which part of the model a tensor belongs to, for reports and formats.
enum class ModelPart : std::uint8_t {
  kEmbedding,
  kAttention,
  kExperts,
  kRouter,
  kNorms,
  kVision,
  kProjector,
  kLmHead,
};
inline constexpr int kModelParts = 8;

// A lower-case word, e.g. "embedding"; a static string.
std::string_view model_part_name(ModelPart part);

}  // namespace arges::sdk
