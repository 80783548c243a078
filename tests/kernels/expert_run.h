// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "tests/kernels/op_test.h"

namespace arges::kernels {

// What one expert of weight 1 makes of every row of m, all there is.
std::vector<float> run_expert(const Workshop& workshop, const Expert& expert, const Tensor& m);

}  // namespace arges::kernels
