// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cuda_runtime_api.h>

#include <string>

#include "kernels/base/status.h"

namespace arges::kernels::cuda {

// The runtime's answer as a Status; `what` names the call in a few words.
inline Status to_status(cudaError_t error, const char* what) {
  if (error == cudaSuccess) return {};
  std::string message = std::string(what) + ": " + cudaGetErrorString(error);
  switch (error) {
    case cudaErrorMemoryAllocation:
      return {StatusCode::kOutOfMemoryDevice, std::move(message)};
    case cudaErrorNoDevice:
    case cudaErrorInsufficientDriver:
    case cudaErrorNoKernelImageForDevice:
      return {StatusCode::kUnsupported, std::move(message)};
    default:
      return {StatusCode::kInternal, std::move(message)};
  }
}

}  // namespace arges::kernels::cuda
