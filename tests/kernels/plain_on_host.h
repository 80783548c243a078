// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/backend.h"

namespace arges::kernels {

// The plain CUDA ops (kernels/cuda/plain) with loops on the host in place of launches: what they
// compute, on a machine without a GPU.
const Backend& plain_on_host_backend();

}  // namespace arges::kernels
