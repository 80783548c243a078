// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "kernels/backend.h"

namespace arges::kernels::cuda {

// The ops in fp32 rows with products of bf16 operands (mixed/README.md) on a card, with a context
// of their own. UNSUPPORTED and OUT_OF_MEMORY_DEVICE as CudaDevice::create.
Result<std::shared_ptr<const Backend>> mixed_backend(int card);

}  // namespace arges::kernels::cuda
