// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cstring>

#include "kernels/cpu/integer_product.h"

namespace arges::kernels::cpu {
namespace {

// Integer `i` of output `output` in the group whose integers begin at `bytes`.
void put(const PanelGroups& layout, std::int64_t i, std::int64_t output, std::int8_t integer,
         std::byte* bytes) {
  const auto value = static_cast<unsigned>(integer + layout.offset());
  if (layout.format.bits == 8) {
    bytes[(i / kQuad * kPanel + output) * kQuad + i % kQuad] = static_cast<std::byte>(value);
    return;
  }
  const bool high = i / kQuad % 2 == 1;
  bytes[(i / (2 * kQuad) * kPanel + output) * kQuad + i % kQuad] |=
      static_cast<std::byte>(high ? value << 4 : value);
}

}  // namespace

void pack_panel_row(const GroupFormat& format, const float* row, std::int64_t inputs,
                    std::int64_t output, std::byte* panel) {
  const PanelGroups layout{format};
  std::array<std::int8_t, kMostGroupInputs> integers{};
  for (std::int64_t first = 0; first < inputs; first += format.inputs) {
    const std::int64_t count = std::min<std::int64_t>(format.inputs, inputs - first);
    const float scale = quantise_group(format, row + first, count, integers.data());
    std::memcpy(panel + output * std::int64_t{sizeof scale}, &scale, sizeof scale);
    for (std::int64_t i = 0; i < format.inputs; ++i) {
      put(layout, i, output, integers[static_cast<std::size_t>(i)],
          panel + PanelGroups::kScaleBytes);
    }
    panel += layout.group_bytes();
  }
}

}  // namespace arges::kernels::cpu
