// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/cuda/lightning.h"

namespace arges::kernels::cuda {

// INVALID_ARGUMENT for a layer whose pointers or strides the kernels cannot use.
Status check_layer(const LightningLayer& layer);

}  // namespace arges::kernels::cuda
