// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/backend.h"

namespace arges::kernels::cuda {

// The plain ops (plain/README.md) on a card, in fp32 rows; made when first asked for, and there
// until the program ends. UNSUPPORTED and OUT_OF_MEMORY_DEVICE as CudaDevice::create.
Result<const Backend*> plain_backend(int card);

}  // namespace arges::kernels::cuda
