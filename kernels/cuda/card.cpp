// SPDX-License-Identifier: Apache-2.0
#include "kernels/cuda/card.h"

#include <utility>

#include "kernels/cuda/cuda_status.h"

namespace arges::kernels::cuda {

Result<Card> current_card() {
  int device = 0;
  Card card;
  ARGES_RETURN_IF_ERROR(to_status(cudaGetDevice(&device), "current device"));
  for (const auto& [attribute, value] : {std::pair{cudaDevAttrComputeCapabilityMajor, &card.major},
                                         {cudaDevAttrComputeCapabilityMinor, &card.minor},
                                         {cudaDevAttrMultiProcessorCount, &card.multiprocessors}}) {
    ARGES_RETURN_IF_ERROR(
        to_status(cudaDeviceGetAttribute(value, attribute, device), "attributes of the device"));
  }
  return card;
}

}  // namespace arges::kernels::cuda
