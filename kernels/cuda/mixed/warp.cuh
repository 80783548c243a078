// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cuda_bf16.h>

#include "kernels/cuda/op_executor.cuh"
#include "kernels/cuda/plain/scalar.h"

// Bodies that a warp runs together, and what a warp adds up: in an order that depends on the width
// alone, so that a row's bits do not depend on the others.
namespace arges::kernels::mixed {

using cuda::CudaExecutor;
using plain::Weight;

inline constexpr unsigned kWarpsPerBlock = 8;

template <class Body>
struct WarpLaunch {
  std::int64_t count;
  Body body;
};

template <class Body>
__global__ void __launch_bounds__(32 * kWarpsPerBlock)
    each_warp_kernel(const __grid_constant__ WarpLaunch<Body> launch) {
  const std::int64_t i = static_cast<std::int64_t>(blockIdx.x) * kWarpsPerBlock + threadIdx.x / 32;
  if (i < launch.count) launch.body(i, static_cast<int>(threadIdx.x) & 31);
}

// body(i, lane) for every i in [0, count), a warp each.
template <class Body>
Status each_warp(const CudaExecutor& executor, std::int64_t count, const Body& body) {
  if (count == 0) return {};
  cuda::LaunchShape shape;
  shape.blocks = static_cast<unsigned>((count + kWarpsPerBlock - 1) / kWarpsPerBlock);
  shape.threads = 32 * kWarpsPerBlock;
  return cuda::launch_kernel(each_warp_kernel<Body>, shape, WarpLaunch<Body>{count, body},
                             executor.stream, "launch of an op");
}

__device__ inline float add_lanes(float value) {
  for (int step = 16; step > 0; step /= 2) value += __shfl_xor_sync(0xffffffffu, value, step);
  return value;
}

__device__ inline float most_of_lanes(float value) {
  for (int step = 16; step > 0; step /= 2) {
    value = fmaxf(value, __shfl_xor_sync(0xffffffffu, value, step));
  }
  return value;
}

// Row `row` of W times x(j), for weights of any type.
template <class X>
__device__ float dot(const Weight& weight, std::int64_t row, int lane, const X& x) {
  float sum = 0.0f;
  for (std::int64_t j = lane; j < weight.cols; j += 32) {
    sum = fmaf(x(j), plain::widen(weight.data, weight.dtype, row * weight.cols + j), sum);
  }
  return add_lanes(sum);
}

// As plain::InverseRms.
struct InverseRms {
  const float* x;
  const std::int32_t* rows;
  std::int64_t width;
  float epsilon;
  float* inverse;

  __device__ void operator()(std::int64_t row, int lane) const {
    const float* values = x + (rows == nullptr ? row : rows[row]) * width;
    float squares = 0.0f;
    for (std::int64_t j = lane; j < width; j += 32) squares = fmaf(values[j], values[j], squares);
    squares = add_lanes(squares);
    if (lane == 0) inverse[row] = plain::inverse_rms(squares, width, epsilon);
  }
};

__device__ inline void put(float& to, float value) {
  to = value;
}
__device__ inline void put(__nv_bfloat16& to, float value) {
  to = __float2bfloat16_rn(value);
}

// 1/rms of rows `rows` of x, or of all, and these rows normed, one behind the other.
template <class T>
struct RmsNormed {
  const float* x;
  const std::int32_t* rows;
  const float* weight;
  std::int64_t width;
  float epsilon;
  float* inverse;
  T* out;

  __device__ void operator()(std::int64_t row, int lane) const {
    const float* values = x + (rows == nullptr ? row : rows[row]) * width;
    float squares = 0.0f;
    for (std::int64_t j = lane; j < width; j += 32) squares = fmaf(values[j], values[j], squares);
    const float scale = plain::inverse_rms(add_lanes(squares), width, epsilon);
    if (lane == 0) inverse[row] = scale;
    for (std::int64_t j = lane; j < width; j += 32) {
      put(out[row * width + j], values[j] * scale * weight[j]);
    }
  }
};

// Σ o² of a row of lightning attention.
struct Squares {
  const float* o;
  std::int64_t width;
  float* squares;

  __device__ void operator()(std::int64_t row, int lane) const {
    const float* values = o + row * width;
    float sum = 0.0f;
    for (std::int64_t j = lane; j < width; j += 32) sum = fmaf(values[j], values[j], sum);
    sum = add_lanes(sum);
    if (lane == 0) squares[row] = sum;
  }
};

// As plain::LayerNormBody; rows may be normed in place.
template <class T>
struct LayerNorm {
  const float* x;
  const float* weight;
  const float* bias;
  float epsilon;
  std::int64_t width;
  T* out;

  __device__ void operator()(std::int64_t row, int lane) const {
    const float* values = x + row * width;
    float sum = 0.0f;
    for (std::int64_t j = lane; j < width; j += 32) sum += values[j];
    const float mean = add_lanes(sum) / static_cast<float>(width);
    float squares = 0.0f;
    for (std::int64_t j = lane; j < width; j += 32) {
      squares = fmaf(values[j] - mean, values[j] - mean, squares);
    }
    const float scale = 1.0f / sqrtf(add_lanes(squares) / static_cast<float>(width) + epsilon);
    for (std::int64_t j = lane; j < width; j += 32) {
      put(out[row * width + j], (values[j] - mean) * scale * weight[j] + bias[j]);
    }
  }
};

}  // namespace arges::kernels::mixed
