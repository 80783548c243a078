// SPDX-License-Identifier: Apache-2.0
// The CUDA kernels against double precision. Exits with 77 where there is no GPU. An argument names
// a part: small and small_products (shapes for compute-sanitizer), portable (small ones by
// mma.sync), products, step, prefill, activated, lockstep, attention, causal, linear, experts,
// rotary, embed, tiles, vit, memory, sample, all.
#include <cuda_runtime_api.h>

#include <cstdio>

#include "tests/kernels/cuda/report.h"

namespace arges::testing {

namespace {

constexpr int kSkipped = 77;
int failures = 0;
int checks = 0;

int run(const std::string& part) {
  if (part == "small" || part == "products" || part == "all") check_products();
  if (part == "small" || part == "attention" || part == "all") check_decode_attention();
  if (part == "causal" || part == "all") check_causal_attention();
  if (part == "rotary" || part == "all") check_rotary();
  if (part == "small" || part == "embed" || part == "all") check_embed();
  if (part == "small" || part == "tiles" || part == "all") check_tiles();
  if (part == "memory" || part == "all") check_memory();
  if (part == "vit" || part == "all") check_vit();
  if (part == "sample" || part == "all") check_sample();
  if (part == "small_products") {
    check_small_linear();
    check_small_experts();
    check_small_vit();
  }
  if (part == "linear" || part == "all") check_linear();
  if (part == "experts" || part == "all") check_experts();
  check_lightning(part);
  std::printf("%d of %d checks passed\n", checks - failures, checks);
  return failures == 0 && checks > 0 ? 0 : 1;
}

}  // namespace

void report(const std::string& name, bool ok, const std::string& figures) {
  ++checks;
  if (!ok) ++failures;
  std::printf("%-4s %-64s %s\n", ok ? "ok" : "FAIL", name.c_str(), figures.c_str());
  std::fflush(stdout);
}

}  // namespace arges::testing

int main(int argc, char** argv) {
  int devices = 0;
  if (cudaGetDeviceCount(&devices) != cudaSuccess || devices == 0) {
    std::printf("skipped: no GPU\n");
    return arges::testing::kSkipped;
  }
  return arges::testing::run(argc > 1 ? argv[1] : "all");
}
