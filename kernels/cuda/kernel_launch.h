// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/cuda/cuda_status.h"

namespace arges::kernels::cuda {

struct LaunchShape {
  dim3 blocks;
  unsigned threads = 0;
  unsigned shared_bytes = 0;
  unsigned blocks_together = 1;  // in a cluster
  // Blocks may start while the stream's kernel before is ending; they call wait_for_kernel_before()
  // ahead of touching what it writes. Compute capability 9.0.
  bool early = false;
};

// Whether the current device can start kernels early; asked once a device.
inline bool has_early_start() {
  thread_local int known = -1;
  thread_local bool has = false;
  int device = 0;
  int major = 0;
  if (cudaGetDevice(&device) != cudaSuccess) return false;
  if (device == known) return has;
  if (cudaDeviceGetAttribute(&major, cudaDevAttrComputeCapabilityMajor, device) != cudaSuccess) {
    return false;
  }
  known = device;
  return has = major >= 9;
}

template <class Argument>
Status launch_kernel(void (*kernel)(Argument), const LaunchShape& shape, const Argument& argument,
                     cudaStream_t stream, const char* what) {
  cudaLaunchAttribute attributes[2]{};
  unsigned count = 0;
  if (shape.blocks_together > 1) {
    attributes[count].id = cudaLaunchAttributeClusterDimension;
    attributes[count++].val.clusterDim = {shape.blocks_together, 1, 1};
  }
  if (shape.early) {
    attributes[count].id = cudaLaunchAttributeProgrammaticStreamSerialization;
    attributes[count++].val.programmaticStreamSerializationAllowed = 1;
  }
  cudaLaunchConfig_t config{};
  config.gridDim = shape.blocks;
  config.blockDim = shape.threads;
  config.dynamicSmemBytes = shape.shared_bytes;
  config.stream = stream;
  config.attrs = attributes;
  config.numAttrs = count;
  return to_status(cudaLaunchKernelEx(&config, kernel, argument), what);
}

}  // namespace arges::kernels::cuda
