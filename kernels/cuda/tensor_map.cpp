// SPDX-License-Identifier: Apache-2.0
#include "kernels/cuda/tensor_map.h"

#include <cudaTypedefs.h>

#include <algorithm>
#include <cstring>

#include "kernels/cuda/driver.h"

namespace arges::kernels::cuda {

namespace {

// The last dimensions of a box are 1 where there are more than two.
template <std::size_t kRank>
Status encode(const void* data, const cuuint64_t (&sizes)[kRank],
              const cuuint64_t (&strides)[kRank - 1], cuuint32_t box_rows, TensorMap& map) {
  PFN_cuTensorMapEncodeTiled_v12000 encode_tiled = nullptr;
  ARGES_RETURN_IF_ERROR(find_driver_function("cuTensorMapEncodeTiled", 12000, encode_tiled));
  cuuint32_t box[kRank];
  cuuint32_t steps[kRank];
  std::ranges::fill(box, 1);
  std::ranges::fill(steps, 1);
  box[0] = 64;
  box[1] = box_rows;
  CUtensorMap encoded;
  const CUresult result = encode_tiled(
      &encoded, CU_TENSOR_MAP_DATA_TYPE_BFLOAT16, kRank, const_cast<void*>(data), sizes, strides,
      box, steps, CU_TENSOR_MAP_INTERLEAVE_NONE, CU_TENSOR_MAP_SWIZZLE_128B,
      CU_TENSOR_MAP_L2_PROMOTION_L2_256B, CU_TENSOR_MAP_FLOAT_OOB_FILL_NONE);
  if (result != CUDA_SUCCESS) {
    return invalid_argument("the driver refuses rows of this stride or address");
  }
  static_assert(sizeof(encoded) == sizeof(map.bytes));
  std::memcpy(map.bytes, &encoded, sizeof(encoded));
  return {};
}

cuuint64_t size_of(std::int64_t count) {
  return static_cast<cuuint64_t>(count);
}

}  // namespace

Status encode_tensor_map(const void* data, std::int64_t rows, std::int64_t columns,
                         std::int64_t stride, TensorMap& map, int box_rows) {
  return encode<2>(data, {size_of(columns), size_of(rows)}, {size_of(stride) * 2},
                   static_cast<cuuint32_t>(box_rows), map);
}

Status encode_plane_map(const void* data, std::int64_t planes, std::int64_t rows,
                        std::int64_t columns, std::int64_t stride, TensorMap& map) {
  return encode<3>(data, {size_of(columns), size_of(rows), size_of(planes)},
                   {size_of(stride) * 2, size_of(rows * stride) * 2}, 64, map);
}

}  // namespace arges::kernels::cuda
