// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cuda_runtime_api.h>

namespace arges::bench {

void measure_vit(cudaStream_t stream);

}  // namespace arges::bench
