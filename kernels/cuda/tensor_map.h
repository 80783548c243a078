// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "kernels/base/status.h"

namespace arges::kernels::cuda {

// A description of a matrix for the copy engine, as kernels take it.
struct TensorMap {
  alignas(64) unsigned char bytes[128];
};

// bf16 [rows, columns], `stride` elements from row to row, in boxes of box_rows (a multiple of 8,
// at most 256) rows of 64 columns, swizzled as tiles are (shared_memory.cuh); 64 rows are one.
// UNSUPPORTED without a driver for it, INVALID_ARGUMENT for a stride or an address that it refuses.
Status encode_tensor_map(const void* data, std::int64_t rows, std::int64_t columns,
                         std::int64_t stride, TensorMap& map, int box_rows = 64);

// The same of bf16 [planes, rows, columns], one plane behind the other, in boxes of 64 rows of one.
// What a box has beyond the rows of its plane is zeros, not the next plane's.
Status encode_plane_map(const void* data, std::int64_t planes, std::int64_t rows,
                        std::int64_t columns, std::int64_t stride, TensorMap& map);

}  // namespace arges::kernels::cuda
