// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cuda.h>
#include <cuda_runtime_api.h>

#include <string>

#include "kernels/cuda/cuda_status.h"

// The driver's own functions, found at run time: nothing links libcuda, so that a machine without a
// driver gets a status and not a program that does not start.
namespace arges::kernels::cuda {

// F: a PFN_… type of cudaTypedefs.h, whose version is the one asked for. UNSUPPORTED when the
// driver is missing or has no such function.
template <class F>
Status find_driver_function(const char* name, unsigned version, F& function) {
  void* entry = nullptr;
  cudaDriverEntryPointQueryResult found{};
  ARGES_RETURN_IF_ERROR(to_status(
      cudaGetDriverEntryPointByVersion(name, &entry, version, cudaEnableDefault, &found), name));
  if (found != cudaDriverEntryPointSuccess || entry == nullptr) {
    return unsupported(std::string("the driver has no ") + name + ": update it");
  }
  function = reinterpret_cast<F>(entry);
  return {};
}

// The driver's answer as a Status; `what` names the call in a few words.
inline Status to_status(CUresult result, const char* what) {
  if (result == CUDA_SUCCESS) return {};
  std::string message = std::string(what) + ": the driver's error " + std::to_string(result);
  switch (result) {
    case CUDA_ERROR_OUT_OF_MEMORY:
      return {StatusCode::kOutOfMemoryDevice, std::move(message)};
    case CUDA_ERROR_NO_DEVICE:
    case CUDA_ERROR_INVALID_DEVICE:
    case CUDA_ERROR_DEVICE_UNAVAILABLE:
    case CUDA_ERROR_NOT_SUPPORTED:
      return {StatusCode::kUnsupported, std::move(message)};
    default:
      return {StatusCode::kInternal, std::move(message)};
  }
}

}  // namespace arges::kernels::cuda
