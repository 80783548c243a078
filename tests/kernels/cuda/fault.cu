// SPDX-License-Identifier: Apache-2.0
#include "tests/kernels/cuda/fault.h"

namespace arges::testing {

namespace {

__global__ void fault_kernel(int* nowhere) {
  *nowhere = 1;
}

}  // namespace

void launch_fault() {
  fault_kernel<<<1, 1>>>(reinterpret_cast<int*>(64));
}

}  // namespace arges::testing
