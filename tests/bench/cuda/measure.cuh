// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cuda_bf16.h>

#include <algorithm>
#include <cstdio>
#include <functional>
#include <string>
#include <vector>

#include "tests/kernels/cuda/device_array.h"

// Medians of times between events, on random data, beside a device-to-device copy of the same
// minute.
namespace arges::bench {

using testing::DeviceArray;
using testing::must;

inline constexpr int kWarmUps = 3;
inline constexpr int kRepetitions = 21;
inline constexpr std::size_t kBeyondCache = 256u << 20;  // bytes; L2 caches hold less

inline const char* only = "";
inline double copy_rate = 0.0;  // bytes read and written a second

inline bool wanted(const std::string& name) {
  return name.find(only) != std::string::npos;
}

inline double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

// Seconds of one call of work(repetition).
inline double time_of(const std::function<void(int)>& work, cudaStream_t stream,
                      int repetitions = kRepetitions) {
  const int warm_ups = std::min(kWarmUps, repetitions / 2);
  cudaEvent_t begin = nullptr;
  cudaEvent_t end = nullptr;
  must(cudaEventCreate(&begin), "event");
  must(cudaEventCreate(&end), "event");
  std::vector<double> seconds;
  for (int i = 0; i < warm_ups + repetitions; ++i) {
    must(cudaEventRecord(begin, stream), "record");
    work(i);
    must(cudaEventRecord(end, stream), "record");
    must(cudaEventSynchronize(end), "wait");
    float milliseconds = 0.0f;
    must(cudaEventElapsedTime(&milliseconds, begin, end), "elapsed");
    if (i >= warm_ups) seconds.push_back(1e-3 * static_cast<double>(milliseconds));
  }
  must(cudaEventDestroy(begin), "event");
  must(cudaEventDestroy(end), "event");
  return median(seconds);
}

static __global__ void fill_bf16(__nv_bfloat16* out, std::size_t count, unsigned seed,
                                 float scale) {
  const std::size_t step = static_cast<std::size_t>(gridDim.x) * blockDim.x;
  for (std::size_t i = blockIdx.x * static_cast<std::size_t>(blockDim.x) + threadIdx.x; i < count;
       i += step) {
    std::uint64_t x = (i + 1) * 0x9e3779b97f4a7c15u + seed;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    x ^= x >> 31;
    const auto sum =
        static_cast<float>((x & 0xffff) + (x >> 16 & 0xffff) + (x >> 32 & 0xffff) + (x >> 48));
    out[i] = __float2bfloat16_rn((sum / 65536.0f - 2.0f) * 1.7320508f * scale);
  }
}

inline DeviceArray<__nv_bfloat16> random_bf16(std::size_t count, float scale = 1.0f,
                                              unsigned seed = 1) {
  DeviceArray<__nv_bfloat16> array(count);
  fill_bf16<<<1024, 256>>>(array.get(), count, seed, scale);
  must(cudaDeviceSynchronize(), "fill");
  return array;
}

inline DeviceArray<float> zeros(std::size_t count) {
  DeviceArray<float> array(count);
  array.fill_bytes(0);
  return array;
}

inline void measure_copy(cudaStream_t stream) {
  constexpr std::size_t kBytes = std::size_t{1} << 30;
  const DeviceArray<char> from(kBytes);
  const DeviceArray<char> to(kBytes);
  const double seconds = time_of(
      [&](int) {
        must(cudaMemcpyAsync(to.get(), from.get(), kBytes, cudaMemcpyDeviceToDevice, stream),
             "copy");
      },
      stream);
  copy_rate = 2.0 * kBytes / seconds;
  std::printf("copy %.3f TB/s (read and written)\n", copy_rate * 1e-12);
}

inline void print_line(const std::string& name, double seconds, double bytes, double target) {
  std::printf("%-52s %10.4f ms  %5.2f TB/s  %5.1f %% of copy", name.c_str(), seconds * 1e3,
              bytes / seconds * 1e-12, 100.0 * bytes / seconds / copy_rate);
  if (target > 0.0) std::printf("  target %.4f %s", target, seconds * 1e3 <= target ? "met" : "-");
  std::printf("\n");
  std::fflush(stdout);
}

// Each of the program's files.
void measure_lightning(cudaStream_t stream);
void measure_decode_attention(cudaStream_t stream);
void measure_decode_layers(cudaStream_t stream);
void measure_causal_attention(cudaStream_t stream);
void measure_head(cudaStream_t stream);
void measure_many_rows(cudaStream_t stream);
void measure_prefill_layers(cudaStream_t stream);

}  // namespace arges::bench
