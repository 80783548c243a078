// SPDX-License-Identifier: Apache-2.0
// The two symbols of libarges_cuda.so.
#include <cuda_runtime_api.h>

#include "kernels/cuda/card.h"
#include "kernels/cuda/cuda_status.h"
#include "kernels/cuda/loader/cuda_library.h"
#include "kernels/cuda/mixed_backend.h"
#include "kernels/cuda/plain_backend.h"

namespace arges::kernels::cuda {

namespace {

Result<CudaCard> describe_card(int index) {
  cudaDeviceProp properties{};
  ARGES_RETURN_IF_ERROR(
      to_status(cudaGetDeviceProperties(&properties, index), "properties of a card"));
  return CudaCard{index,
                  properties.name,
                  properties.major,
                  properties.minor,
                  properties.multiProcessorCount,
                  static_cast<std::int64_t>(properties.totalGlobalMem)};
}

Result<std::vector<CudaCard>> list_cards() {
  int count = 0;
  ARGES_RETURN_IF_ERROR(to_status(cudaGetDeviceCount(&count), "No CUDA here"));
  std::vector<CudaCard> cards;
  for (int index = 0; index < count; ++index) {
    ARGES_ASSIGN_OR_RETURN(CudaCard card, describe_card(index));
    if (card.major >= kLeastMajor) cards.push_back(std::move(card));
  }
  if (cards.empty()) {
    return unsupported("No CUDA here: no card has compute capability 8.0 or more.");
  }
  return cards;
}

Result<std::shared_ptr<const Backend>> make_backend(int card, CudaPrecision precision) {
  return precision == CudaPrecision::kMixed ? mixed_backend(card) : plain_backend(card);
}

}  // namespace

}  // namespace arges::kernels::cuda

extern "C" {

__attribute__((visibility("default"))) extern const char arges_cuda_build_id[];
__attribute__((
    visibility("default"))) extern const arges::kernels::cuda::CudaLibrary arges_cuda_library;

const char arges_cuda_build_id[] = ARGES_CUDA_BUILD_ID;
const arges::kernels::cuda::CudaLibrary arges_cuda_library = {arges::kernels::cuda::list_cards,
                                                              arges::kernels::cuda::make_backend};

}  // extern "C"
