// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "kernels/base/status.h"
#include "kernels/cuda/lightning.h"

// One pass of scaling a picture of bytes, [height, width, 3], along one side:
//   out = clip((2^21 + Σ_t weight[t] · in[first + t]) >> 22)
// with 22-bit fixed-point weights. Whoever makes the weights decides what it equals; with Pillow's
// it is Pillow's, byte for byte (design.md §6), for all is integers.
namespace arges::kernels::cuda {

// How one side is resampled, on the device: output i is the sum over count[i] inputs from first[i].
struct ResampleTable {
  const std::int32_t* first = nullptr;    // [outputs]
  const std::int32_t* count = nullptr;    // [outputs], each at most `taps`
  const std::int32_t* weights = nullptr;  // [outputs, taps]
  int taps = 0;
  int outputs = 0;
};

struct ResampleArgs {
  const std::uint8_t* in = nullptr;  // [height, width, 3]
  int height = 0;
  int width = 0;
  ResampleTable table;
  std::uint8_t* out = nullptr;  // columns: [height, outputs, 3]; rows: [outputs, width, 3]
};

// INVALID_ARGUMENT for sizes or pointers that do not fit; the table's numbers are not checked.
Status resample_columns(const ResampleArgs& args, Stream stream);
Status resample_rows(const ResampleArgs& args, Stream stream);

}  // namespace arges::kernels::cuda
