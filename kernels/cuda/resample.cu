// SPDX-License-Identifier: Apache-2.0
#include "kernels/cuda/resample.h"

#include "kernels/cuda/kernel_launch.h"

namespace arges::kernels::cuda {

namespace {

constexpr int kThreads = 256;
constexpr int kChannels = 3;
constexpr int kWeightBits = 22;

__device__ std::uint8_t to_byte(std::int32_t sum) {
  return static_cast<std::uint8_t>(min(max(sum >> kWeightBits, 0), 255));
}

// A thread an output pixel.
__global__ void __launch_bounds__(kThreads)
    columns_kernel(const __grid_constant__ ResampleArgs args) {
  const ResampleTable& table = args.table;
  const int x = static_cast<int>(blockIdx.x * kThreads + threadIdx.x);
  const std::int64_t y = blockIdx.y;
  if (x >= table.outputs) return;
  const std::int32_t* weights = table.weights + static_cast<std::int64_t>(x) * table.taps;
  const std::uint8_t* pixel = args.in + (y * args.width + table.first[x]) * kChannels;
  const int count = table.count[x];
  std::int32_t sums[kChannels];
  for (std::int32_t& sum : sums) sum = 1 << (kWeightBits - 1);
  for (int tap = 0; tap < count; ++tap, pixel += kChannels) {
#pragma unroll
    for (int c = 0; c < kChannels; ++c) sums[c] += pixel[c] * weights[tap];
  }
  std::uint8_t* out = args.out + (y * table.outputs + x) * kChannels;
#pragma unroll
  for (int c = 0; c < kChannels; ++c) out[c] = to_byte(sums[c]);
}

// A thread a byte of an output row.
__global__ void __launch_bounds__(kThreads) rows_kernel(const __grid_constant__ ResampleArgs args) {
  const ResampleTable& table = args.table;
  const std::int64_t row_bytes = std::int64_t{args.width} * kChannels;
  const std::int64_t at = std::int64_t{blockIdx.x} * kThreads + threadIdx.x;
  const std::int64_t y = blockIdx.y;
  if (at >= row_bytes) return;
  const std::int32_t* weights = table.weights + y * table.taps;
  const std::uint8_t* in = args.in + table.first[y] * row_bytes + at;
  const int count = table.count[y];
  std::int32_t sum = 1 << (kWeightBits - 1);
  for (int tap = 0; tap < count; ++tap, in += row_bytes) sum += *in * weights[tap];
  args.out[y * row_bytes + at] = to_byte(sum);
}

constexpr int kMostLines = 65535;  // of a grid's second side

Status check(const ResampleArgs& args, int lines) {
  if (args.in == nullptr || args.out == nullptr || args.table.first == nullptr ||
      args.table.count == nullptr || args.table.weights == nullptr) {
    return invalid_argument("resample: a pointer is missing");
  }
  if (args.height < 1 || args.width < 1 || args.table.outputs < 1 || args.table.taps < 1 ||
      lines > kMostLines) {
    return invalid_argument("resample: a side is empty or has more than 65535 pixels");
  }
  return {};
}

Status launch(void (*kernel)(ResampleArgs), const ResampleArgs& args, std::int64_t across,
              int lines, Stream stream) {
  LaunchShape shape;
  shape.blocks =
      dim3(static_cast<unsigned>((across + kThreads - 1) / kThreads), static_cast<unsigned>(lines));
  shape.threads = kThreads;
  return launch_kernel(kernel, shape, args, stream, "launch of resample");
}

}  // namespace

Status resample_columns(const ResampleArgs& args, Stream stream) {
  ARGES_RETURN_IF_ERROR(check(args, args.height));
  return launch(columns_kernel, args, args.table.outputs, args.height, stream);
}

Status resample_rows(const ResampleArgs& args, Stream stream) {
  ARGES_RETURN_IF_ERROR(check(args, args.table.outputs));
  return launch(rows_kernel, args, std::int64_t{args.width} * kChannels, args.table.outputs,
                stream);
}

}  // namespace arges::kernels::cuda
