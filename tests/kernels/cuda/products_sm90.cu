// SPDX-License-Identifier: Apache-2.0
#include "kernels/cuda/warpgroup_sm90.cuh"
#include "tests/kernels/cuda/products_kernel.cuh"

namespace arges::testing {

namespace {

__global__ void __launch_bounds__(128) products_kernel(const uint4* tiles, float* out) {
  compute_products<kernels::cuda::sm90::Products>(tiles, out,
                                                  [] { kernels::cuda::sm90::publish_stores(); });
}

}  // namespace

void run_products_sm90(const void* tiles, float* out) {
  products_kernel<<<1, 128, kProductsSharedBytes>>>(static_cast<const uint4*>(tiles), out);
}

}  // namespace arges::testing
