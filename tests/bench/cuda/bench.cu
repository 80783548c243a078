// SPDX-License-Identifier: Apache-2.0
// What the CUDA kernels need. With an argument: only the lines whose name contains it.
#include "tests/bench/cuda/measure.cuh"
#include "tests/bench/cuda/vit_bench.cuh"

int main(int argc, char** argv) {
  using namespace arges::bench;
  if (argc > 1) only = argv[1];
  cudaDeviceProp properties{};
  must(cudaGetDeviceProperties(&properties, 0), "device");
  std::printf("%s, %d multiprocessors\n", properties.name, properties.multiProcessorCount);
  cudaStream_t stream = nullptr;
  must(cudaStreamCreate(&stream), "stream");
  measure_copy(stream);
  measure_lightning(stream);
  measure_decode_attention(stream);
  measure_decode_layers(stream);
  measure_many_rows(stream);
  measure_prefill_layers(stream);
  measure_head(stream);
  measure_vit(stream);
  measure_causal_attention(stream);
  return 0;
}
