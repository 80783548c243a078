// SPDX-License-Identifier: Apache-2.0
// Plain C++, for processors without one of the other units and as what those are held to.
#include <array>
#include <cmath>
#include <cstring>

#include "kernels/cpu/integer_product.h"

namespace arges::kernels::cpu {
namespace {

constexpr std::int64_t kMaxRows = 8;

using Integers = std::array<std::int32_t, kPanel>;

// Σ of one group for one row and all outputs of a panel.
Integers group_sums(const IntegerProduct& product, std::int64_t group, std::int64_t row,
                    const std::byte* integers) {
  const bool halves = product.layout.format.bits == 4;
  const std::int64_t begin = group * product.layout.format.inputs;
  Integers sums;
  sums.fill(-product.x_sums[group * product.rows + row] * product.layout.offset());
  for (std::int64_t i = 0; i < product.layout.format.inputs; ++i) {
    const std::int64_t at = begin + i;
    const std::int32_t input =
        product.x[(at / kIntegerBlock * product.rows + row) * kIntegerBlock + at % kIntegerBlock];
    const std::int64_t line = i / kQuad / (halves ? 2 : 1);
    const int shift = halves && i / kQuad % 2 == 1 ? 4 : 0;
    const std::byte mask{static_cast<unsigned char>(halves ? 0x0F : 0xFF)};
    for (std::size_t j = 0; j < sums.size(); ++j) {
      const std::byte byte =
          integers[(line * kPanel + static_cast<std::int64_t>(j)) * kQuad + i % kQuad];
      sums[j] += input * std::to_integer<std::int32_t>((byte >> shift) & mask);
    }
  }
  return sums;
}

void panel_row(const IntegerProduct& product, std::int64_t row, const std::byte* w, float* sums) {
  for (std::int64_t group = 0; group < product.groups; ++group) {
    std::array<float, kPanel> scales{};
    std::memcpy(scales.data(), w, PanelGroups::kScaleBytes);
    const Integers integers = group_sums(product, group, row, w + PanelGroups::kScaleBytes);
    const float scale = product.x_scales[group * product.rows + row];
    for (std::size_t j = 0; j < scales.size(); ++j) {
      sums[j] = std::fma(scales[j] * scale, static_cast<float>(integers[j]), sums[j]);
    }
    w += product.layout.group_bytes();
  }
}

void multiply(const IntegerProduct& product) {
  for (std::int64_t panel = 0; panel < product.panels; ++panel) {
    for (std::int64_t row = 0; row < product.rows; ++row) {
      panel_row(product, row, product.w + panel * product.panel_bytes,
                product.sums + row * product.sums_step + panel * kPanel);
    }
  }
}

}  // namespace

const IntegerUnit* generic_integer_unit() {
  static constexpr IntegerUnit kUnit = {
      .name = "generic",
      .tile_rows = kMaxRows,
      .row_step = 1,
      .rows_at_a_time = 192,
      .inputs_at_a_time = 256,
      .panels_at_once = [](std::int64_t) -> std::int64_t { return 1; },
      .multiply = multiply,
      .end = [] {},
  };
  return &kUnit;
}

}  // namespace arges::kernels::cpu
