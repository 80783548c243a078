// SPDX-License-Identifier: Apache-2.0
#include "kernels/base/panel_groups.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

namespace arges {
namespace {

constexpr GroupFormat kFormats[] = {{8, 32}, {8, 64}, {4, 32}, {4, 64}};
constexpr std::int64_t kInputs = 150;  // whose last group is filled up

std::vector<float> row_of(std::int64_t seed) {
  std::vector<float> row;
  for (std::int64_t i = 0; i < kInputs; ++i) {
    row.push_back(static_cast<float>((i * i * 7 + seed * 31 + i) % 101) / 17.0f - 3.0f);
  }
  return row;
}

std::vector<std::byte> panel_of_16_rows(const GroupFormat& format) {
  const Shape shape = PanelGroups{format}.shape(kPanelOutputs, kInputs);
  std::vector<std::byte> panel(static_cast<std::size_t>(shape.count()));
  for (std::int64_t j = 0; j < kPanelOutputs; ++j) {
    pack_panel_row(format, row_of(j).data(), kInputs, j, panel.data());
  }
  return panel;
}

TEST(PanelGroups, GiveBackWhatWasQuantised) {
  for (const GroupFormat& format : kFormats) {
    const std::vector<std::byte> panel = panel_of_16_rows(format);
    const std::int64_t step = PanelGroups{format}.group_bytes();
    for (std::int64_t j = 0; j < kPanelOutputs; ++j) {
      const std::vector<float> row = row_of(j);
      for (std::int64_t g = 0; g < group_count(format, kInputs); ++g) {
        std::int8_t expected[kMostGroupInputs] = {}, found[kMostGroupInputs] = {};
        const std::int64_t first = g * format.inputs;
        const float scale =
            quantise_group(format, row.data() + first,
                           std::min<std::int64_t>(format.inputs, kInputs - first), expected);
        EXPECT_EQ(unpack_panel_group(format, panel.data() + g * step, j, found), scale);
        EXPECT_EQ(std::memcmp(found, expected, sizeof found), 0)
            << "output " << j << " group " << g;
      }
    }
  }
}

TEST(PanelGroups, FillWholeCacheLines) {
  EXPECT_EQ((PanelGroups{{8, 64}}.shape(33, 150)), (Shape{3, 3, 1088}));
  EXPECT_EQ((PanelGroups{{4, 64}}.shape(32, 64)), (Shape{2, 1, 576}));
  for (const GroupFormat& format : kFormats) EXPECT_EQ(PanelGroups{format}.group_bytes() % 64, 0);
}

TEST(PanelGroups, AScaleThatIsNoNumberIsFoundWhereverItStands) {
  for (const GroupFormat& format : kFormats) {
    const std::vector<std::byte> honest = panel_of_16_rows(format);
    EXPECT_TRUE(has_finite_scales(format, honest));
    const auto step = static_cast<std::size_t>(PanelGroups{format}.group_bytes());
    for (const float bad : {std::numeric_limits<float>::quiet_NaN(),
                            std::numeric_limits<float>::infinity(), -HUGE_VALF}) {
      for (const std::size_t at : {std::size_t{0}, std::size_t{60}, honest.size() - step + 32}) {
        std::vector<std::byte> panel = honest;
        std::memcpy(panel.data() + at, &bad, sizeof bad);
        EXPECT_FALSE(has_finite_scales(format, panel)) << bad << " at " << at;
      }
    }
  }
}

}  // namespace
}  // namespace arges
