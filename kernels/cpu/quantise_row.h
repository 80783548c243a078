// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "kernels/base/quantise.h"

namespace arges::kernels::cpu {

// A stretch of one row on its way into groups of 8 bits.
struct QuantisedRow {
  const float* in = nullptr;      // `count` floats
  std::int64_t count = 0;         // the last group is filled up with zeros
  std::int64_t first = 0;         // where they stand in the row, the beginning of a group
  std::int64_t group_inputs = 0;  // 32 or 64
  std::int8_t* out = nullptr;     // input i goes to out[i / 64 · block_step + i % 64]
  std::int64_t block_step = 0;
  float* scales = nullptr;       // of group g at scales[g · group_step]
  std::int32_t* sums = nullptr;  // of its integers, there too
  std::int64_t group_step = 0;
};

// As quantise_group (kernels/base/quantise.h), with the same bits.
void quantise_row(const QuantisedRow& row);

}  // namespace arges::kernels::cpu
