// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "kernels/base/quantise.h"
#include "kernels/base/shape.h"

namespace arges {

// Outputs of a weight that lie together, a panel: one AVX-512 vector, two AVX2, four NEON vectors.
inline constexpr std::int64_t kPanelOutputs = 16;

// Inputs whose products an integer dot unit adds up at once.
inline constexpr std::int64_t kQuad = 4;

// A group of a panel of quantised weights, the same for every instruction set and for files:
//   float scales[16];                                          one for each output
//   8 bits: uint8 w[group / 4][16][4];                         integer + 128
//   4 bits: uint8 w[group / 8][16][4];                         low half: quad 2·q, high: 2·q + 1,
//                                                              integer + 8
// A panel is its groups in order, a weight its panels. Integers are offset so that they are not
// negative, which VPDPBUSD and VPMADDUBSW want of one side; what that adds is taken off by the sums
// of the rows.
struct PanelGroups {
  GroupFormat format;

  static constexpr std::int64_t kScaleBytes = kPanelOutputs * std::int64_t{sizeof(float)};
  std::int64_t group_bytes() const {
    return kScaleBytes + kPanelOutputs * format.inputs * format.bits / 8;
  }
  // What was added to an integer.
  std::int32_t offset() const { return format.bits == 8 ? 128 : 8; }

  // A weight of `rows` outputs and `cols` inputs as an array of bytes: [panels, groups, bytes of a
  // group].
  Shape shape(std::int64_t rows, std::int64_t cols) const;
};

// Packs one row of numbers as output `output` of a panel whose bytes were zero before.
void pack_panel_row(const GroupFormat& format, const float* row, std::int64_t inputs,
                    std::int64_t output, std::byte* panel);

// Takes output `output` out of a group: its format.inputs integers; returns its scale.
float unpack_panel_group(const GroupFormat& format, const std::byte* group, std::int64_t output,
                         std::int8_t* integers);

// Whether every scale of some whole groups is a number: neither infinite nor NaN.
bool has_finite_scales(const GroupFormat& format, std::span<const std::byte> groups);

}  // namespace arges
