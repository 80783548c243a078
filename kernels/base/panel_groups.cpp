// SPDX-License-Identifier: Apache-2.0
#include "kernels/base/panel_groups.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>

namespace arges {
namespace {

// Where integer `i` of output `output` lies in a group, and in which half of its byte.
struct Place {
  std::int64_t byte = 0;
  bool high = false;
};

Place place_of(const GroupFormat& format, std::int64_t i, std::int64_t output) {
  const std::int64_t quads = format.bits == 8 ? 1 : 2;  // that share their bytes
  const std::int64_t first = i / (quads * kQuad) * kPanelOutputs + output;
  return {PanelGroups::kScaleBytes + first * kQuad + i % kQuad, i / kQuad % quads == 1};
}

}  // namespace

Shape PanelGroups::shape(std::int64_t rows, std::int64_t cols) const {
  const std::int64_t panels = rows / kPanelOutputs + (rows % kPanelOutputs != 0 ? 1 : 0);
  return {panels, group_count(format, cols), group_bytes()};
}

void pack_panel_row(const GroupFormat& format, const float* row, std::int64_t inputs,
                    std::int64_t output, std::byte* panel) {
  const PanelGroups layout{format};
  std::array<std::int8_t, kMostGroupInputs> integers{};
  for (std::int64_t first = 0; first < inputs; first += format.inputs) {
    const std::int64_t count = std::min<std::int64_t>(format.inputs, inputs - first);
    const float scale = quantise_group(format, row + first, count, integers.data());
    std::memcpy(panel + output * std::int64_t{sizeof scale}, &scale, sizeof scale);
    for (std::int64_t i = 0; i < format.inputs; ++i) {
      const Place place = place_of(format, i, output);
      const auto value =
          static_cast<unsigned>(integers[static_cast<std::size_t>(i)] + layout.offset());
      panel[place.byte] |= static_cast<std::byte>(place.high ? value << 4 : value);
    }
    panel += layout.group_bytes();
  }
}

float unpack_panel_group(const GroupFormat& format, const std::byte* group, std::int64_t output,
                         std::int8_t* integers) {
  const PanelGroups layout{format};
  const unsigned mask = format.bits == 8 ? 0xFF : 0x0F;
  for (std::int64_t i = 0; i < format.inputs; ++i) {
    const Place place = place_of(format, i, output);
    const auto byte = std::to_integer<unsigned>(group[place.byte]);
    const auto value = static_cast<std::int32_t>((place.high ? byte >> 4 : byte) & mask);
    integers[i] = static_cast<std::int8_t>(value - layout.offset());
  }
  float scale = 0;
  std::memcpy(&scale, group + output * std::int64_t{sizeof scale}, sizeof scale);
  return scale;
}

bool has_finite_scales(const GroupFormat& format, std::span<const std::byte> groups) {
  const auto step = static_cast<std::size_t>(PanelGroups{format}.group_bytes());
  for (std::size_t at = 0; at < groups.size(); at += step) {
    std::array<float, kPanelOutputs> scales{};
    std::memcpy(scales.data(), groups.data() + at, sizeof scales);
    if (!std::ranges::all_of(scales, [](float x) { return std::isfinite(x); })) return false;
  }
  return true;
}

}  // namespace arges
