// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstdint>

// The order of candidates and sums along it, by one block a row.
namespace arges::kernels::cuda {

inline constexpr int kSampleThreads = 1024;
inline constexpr int kSampleWarps = kSampleThreads / 32;
inline constexpr int kDigitBits = 11;
inline constexpr int kDigits = 1 << kDigitBits;

using Mass = unsigned long long;

// A logit as a number whose order is that of the logits; 0 for what is never picked. The two zeros
// are one.
__device__ inline std::uint32_t order_key(float logit) {
  if (!(logit > -INFINITY)) return 0;  // NaN too
  const std::uint32_t bits = __float_as_uint(logit + 0.0f);
  return bits & 0x80000000u ? ~bits : bits | 0x80000000u;
}
__device__ inline float logit_of(std::uint32_t key) {
  return __uint_as_float(key & 0x80000000u ? key & 0x7fffffffu : ~key);
}

struct SampleMemory {
  Mass digits[kDigits];
  Mass warps[kSampleWarps];
  std::uint32_t digit;  // found
  Mass before;
};

// The same in all threads.
template <class T, class Combine>
__device__ T block_reduce(T x, const Combine& combine, T (&warps)[kSampleWarps]) {
#pragma unroll
  for (int step = 16; step > 0; step /= 2) x = combine(x, __shfl_xor_sync(0xffffffffu, x, step));
  __syncthreads();
  if (threadIdx.x % 32 == 0) warps[threadIdx.x / 32] = x;
  __syncthreads();
  x = warps[0];
  for (int warp = 1; warp < kSampleWarps; ++warp) x = combine(x, warps[warp]);
  return x;
}

// Where the running sum over keys from the largest down passes a target: at `key`, behind keys that
// sum to `before`.
struct Crossing {
  std::uint32_t key = 0;  // 0: the sum of all does not pass it
  Mass before = 0;
};

// The digit at which before + the running sum of digits, the largest first, passes `target`.
__device__ inline void find_digit(SampleMemory& memory, Mass before, Mass target) {
  const int thread = static_cast<int>(threadIdx.x);
  const int lane = thread & 31;
  const int high = kDigits - 1 - 2 * thread;
  const Mass first = memory.digits[high];
  const Mass both = first + memory.digits[high - 1];
  Mass through = both;
#pragma unroll
  for (int step = 1; step < 32; step *= 2) {
    const Mass other = __shfl_up_sync(0xffffffffu, through, step);
    if (lane >= step) through += other;
  }
  if (lane == 31) memory.warps[thread / 32] = through;
  if (thread == 0) memory.digit = kDigits;
  __syncthreads();
  for (int warp = 0; warp < thread / 32; ++warp) before += memory.warps[warp];
  const Mass begin = before + through - both;
  if (begin <= target && target < begin + both) {
    const bool second = begin + first <= target;
    memory.digit = static_cast<std::uint32_t>(high - second);
    memory.before = second ? begin + first : begin;
  }
  __syncthreads();
}

// By digits of the keys, the highest first; measure(key) is what a candidate adds.
template <class Measure>
__device__ Crossing find_crossing(const std::uint32_t* keys, int count, Mass target,
                                  const Measure& measure, SampleMemory& memory) {
  Crossing crossing;
  std::uint32_t prefix = 0;
  int known = 0;  // bits of the prefix
  while (known < 32) {
    const int bits = min(kDigitBits, 32 - known);
    const int shift = 32 - known - bits;
    __syncthreads();
    for (int i = static_cast<int>(threadIdx.x); i < kDigits; i += kSampleThreads) {
      memory.digits[i] = 0;
    }
    __syncthreads();
    for (int i = static_cast<int>(threadIdx.x); i < count; i += kSampleThreads) {
      const std::uint32_t key = keys[i];
      // Twice, for a shift by 32 is none.
      if (key == 0 || key >> shift >> bits != prefix) continue;
      const Mass mass = measure(key);
      if (mass > 0) atomicAdd(&memory.digits[key >> shift & ((1u << bits) - 1)], mass);
    }
    __syncthreads();
    find_digit(memory, crossing.before, target);
    if (memory.digit == kDigits) return {};
    prefix = prefix << bits | memory.digit;
    crossing.before = memory.before;
    known += bits;
  }
  crossing.key = prefix;
  return crossing;
}

// The id of the candidate of this key that has `rank` of its kind at lower ids, in all threads.
__device__ inline int find_id(const std::uint32_t* keys, int count, std::uint32_t key, int rank,
                              SampleMemory& memory) {
  const int warp = static_cast<int>(threadIdx.x) / 32;
  const int lane = static_cast<int>(threadIdx.x) & 31;
  const int share = (count + kSampleThreads - 1) / kSampleThreads * 32;
  const int begin = warp * share;
  const int end = min(begin + share, count);
  const auto matches = [&](int first) {
    const int i = first + lane;
    return __ballot_sync(0xffffffffu, i < end && keys[i] == key);
  };
  int found = 0;
  for (int first = begin; first < end; first += 32) found += __popc(matches(first));
  __syncthreads();
  if (lane == 0) memory.warps[warp] = static_cast<Mass>(found);
  __syncthreads();
  int lower = 0;
  for (int i = 0; i < warp; ++i) lower += static_cast<int>(memory.warps[i]);
  if (lower <= rank && rank < lower + found) {
    for (int first = begin; first < end; first += 32) {
      std::uint32_t here = matches(first);
      const int hits = __popc(here);
      if (rank < lower + hits) {
        for (; lower < rank; ++lower) here &= here - 1;
        if (lane == 0) memory.digit = static_cast<std::uint32_t>(first + __ffs(here) - 1);
        break;
      }
      lower += hits;
    }
  }
  __syncthreads();
  return static_cast<int>(memory.digit);
}

}  // namespace arges::kernels::cuda
