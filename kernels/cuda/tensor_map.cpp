// SPDX-License-Identifier: Apache-2.0
#include <cuda.h>
#include <cudaTypedefs.h>

#include <cstring>

#include "kernels/cuda/cuda_status.h"
#include "kernels/cuda/lightning_launch.h"

namespace arges::kernels::cuda {

namespace {

struct Encoder {
  PFN_cuTensorMapEncodeTiled_v12000 encode;
};

// The driver's function, found at run time: nothing links libcuda.
Result<Encoder> find_encoder() {
  void* entry = nullptr;
  cudaDriverEntryPointQueryResult found{};
  ARGES_RETURN_IF_ERROR(
      to_status(cudaGetDriverEntryPointByVersion("cuTensorMapEncodeTiled", &entry, 12000,
                                                 cudaEnableDefault, &found),
                "cuTensorMapEncodeTiled"));
  if (found != cudaDriverEntryPointSuccess || entry == nullptr) {
    return unsupported("the driver has no cuTensorMapEncodeTiled: update it");
  }
  return Encoder{reinterpret_cast<PFN_cuTensorMapEncodeTiled_v12000>(entry)};
}

}  // namespace

Status encode_tensor_map_sm90(PrefillWork& work) {
  ARGES_ASSIGN_OR_RETURN(const Encoder encoder, find_encoder());
  const LightningLayer& layer = work.layer;
  const cuuint64_t sizes[2] = {static_cast<cuuint64_t>(layer.row_stride),
                               static_cast<cuuint64_t>(layer.row_count)};
  const cuuint64_t strides[1] = {static_cast<cuuint64_t>(layer.row_stride) * 2};
  const cuuint32_t box[2] = {64, 64};
  const cuuint32_t steps[2] = {1, 1};
  CUtensorMap map;
  const CUresult result = encoder.encode(
      &map, CU_TENSOR_MAP_DATA_TYPE_BFLOAT16, 2, const_cast<void*>(layer.rows), sizes, strides, box,
      steps, CU_TENSOR_MAP_INTERLEAVE_NONE, CU_TENSOR_MAP_SWIZZLE_128B,
      CU_TENSOR_MAP_L2_PROMOTION_L2_256B, CU_TENSOR_MAP_FLOAT_OOB_FILL_NONE);
  if (result != CUDA_SUCCESS) {
    return invalid_argument("lightning prefill: the driver refuses rows of this stride or address");
  }
  static_assert(sizeof(map) == sizeof(work.tensor_map));
  std::memcpy(work.tensor_map, &map, sizeof(map));
  return {};
}

}  // namespace arges::kernels::cuda
