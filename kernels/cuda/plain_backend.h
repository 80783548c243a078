// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "kernels/backend.h"

namespace arges::kernels::cuda {

// The plain ops (plain/README.md) on a card, in fp32 rows, with a context of their own.
// UNSUPPORTED and OUT_OF_MEMORY_DEVICE as CudaDevice::create.
Result<std::shared_ptr<const Backend>> plain_backend(int card);

}  // namespace arges::kernels::cuda
