// SPDX-License-Identifier: Apache-2.0
#include "kernels/cuda/tensor_map.h"

#include <cudaTypedefs.h>

#include <cstring>

#include "kernels/cuda/driver.h"

namespace arges::kernels::cuda {

Status encode_tensor_map(const void* data, std::int64_t rows, std::int64_t columns,
                         std::int64_t stride, TensorMap& map, int box_rows) {
  PFN_cuTensorMapEncodeTiled_v12000 encode = nullptr;
  ARGES_RETURN_IF_ERROR(find_driver_function("cuTensorMapEncodeTiled", 12000, encode));
  const cuuint64_t sizes[2] = {static_cast<cuuint64_t>(columns), static_cast<cuuint64_t>(rows)};
  const cuuint64_t strides[1] = {static_cast<cuuint64_t>(stride) * 2};
  const cuuint32_t box[2] = {64, static_cast<cuuint32_t>(box_rows)};
  const cuuint32_t steps[2] = {1, 1};
  CUtensorMap encoded;
  const CUresult result =
      encode(&encoded, CU_TENSOR_MAP_DATA_TYPE_BFLOAT16, 2, const_cast<void*>(data), sizes, strides,
             box, steps, CU_TENSOR_MAP_INTERLEAVE_NONE, CU_TENSOR_MAP_SWIZZLE_128B,
             CU_TENSOR_MAP_L2_PROMOTION_L2_256B, CU_TENSOR_MAP_FLOAT_OOB_FILL_NONE);
  if (result != CUDA_SUCCESS) {
    return invalid_argument("the driver refuses rows of this stride or address");
  }
  static_assert(sizeof(encoded) == sizeof(map.bytes));
  std::memcpy(map.bytes, &encoded, sizeof(encoded));
  return {};
}

}  // namespace arges::kernels::cuda
