// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstdint>

// The order of candidates and sums along it, by one block a row. Sums are taken by bins first,
// which spread candidates evenly, so that few threads add to one number at once; then within one
// bin.
namespace arges::kernels::cuda {

inline constexpr int kSampleThreads = 1024;
inline constexpr int kSampleWarps = kSampleThreads / 32;
inline constexpr int kDigitBits = 11;
inline constexpr int kDigits = 1 << kDigitBits;
inline constexpr int kBins = 2048;  // of likelihood

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

// Sums of a block: by bins of likelihood, kept while a row is worked on, and by digits of keys.
struct SampleMemory {
  Mass bin_masses[kBins];
  unsigned bin_counts[kBins];
  Mass digits[kDigits];
  Mass warps[kSampleWarps];
  int place;  // found
  Mass before;
};

// work(i, values[i]) for the block's share of each thread; so many loads are under way at once.
template <class T, class Work>
__device__ void for_each(const T* values, int count, const Work& work) {
  constexpr int kAtOnce = 8;
  for (int base = static_cast<int>(threadIdx.x); base < count; base += kAtOnce * kSampleThreads) {
    T some[kAtOnce];
#pragma unroll
    for (int u = 0; u < kAtOnce; ++u) {
      const int i = base + u * kSampleThreads;
      some[u] = i < count ? values[i] : T{};
    }
#pragma unroll
    for (int u = 0; u < kAtOnce; ++u) {
      const int i = base + u * kSampleThreads;
      if (i < count) work(i, some[u]);
    }
  }
}

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

// The first of 2048 places at which before + the running sum of value(place) passes `target`, and
// the sum ahead of it; 2048 when none does. In all threads.
struct Place {
  int at;
  Mass before;
};

template <class Value>
__device__ Place find_place(const Value& value, Mass before, Mass target, SampleMemory& memory) {
  static_assert(kBins == 2 * kSampleThreads && kDigits == kBins);
  const int thread = static_cast<int>(threadIdx.x);
  const int lane = thread & 31;
  __syncthreads();  // values are complete, and what was found before has been read
  const Mass first = value(2 * thread);
  const Mass both = first + value(2 * thread + 1);
  Mass through = both;
#pragma unroll
  for (int step = 1; step < 32; step *= 2) {
    const Mass other = __shfl_up_sync(0xffffffffu, through, step);
    if (lane >= step) through += other;
  }
  if (lane == 31) memory.warps[thread / 32] = through;
  if (thread == 0) memory.place = kBins;
  __syncthreads();
  for (int warp = 0; warp < thread / 32; ++warp) before += memory.warps[warp];
  const Mass begin = before + through - both;
  if (begin <= target && target < begin + both) {
    const bool second = begin + first <= target;
    memory.place = 2 * thread + second;
    memory.before = second ? begin + first : begin;
  }
  __syncthreads();
  return {memory.place, memory.before};
}

// Where the running sum over candidates, likeliest first, passes a target: at `key`, behind others
// that sum to `before`.
struct Crossing {
  std::uint32_t key = 0;  // 0: the sum of all does not pass it
  Mass before = 0;
};

// Among the candidates for which wanted(key), behind others that sum to `before`: by digits of the
// keys, the highest first. measure(key) is what a candidate adds; the sum does pass the target.
template <class Wanted, class Measure>
__device__ Crossing find_key(const std::uint32_t* keys, int count, Mass before, Mass target,
                             const Wanted& wanted, const Measure& measure, SampleMemory& memory) {
  Crossing crossing{0, before};
  int known = 0;  // bits of the key
  while (known < 32) {
    const int bits = min(kDigitBits, 32 - known);
    const int shift = 32 - known - bits;
    __syncthreads();
    for (int i = static_cast<int>(threadIdx.x); i < kDigits; i += kSampleThreads) {
      memory.digits[i] = 0;
    }
    __syncthreads();
    for_each(keys, count, [&](int, std::uint32_t key) {
      // Twice, for a shift by 32 is none.
      if (key == 0 || key >> shift >> bits != crossing.key || !wanted(key)) return;
      atomicAdd(&memory.digits[key >> shift & ((1u << bits) - 1)], measure(key));
    });
    const Place place = find_place([&](int i) { return memory.digits[kDigits - 1 - i]; },
                                   crossing.before, target, memory);
    crossing.key = crossing.key << bits | static_cast<std::uint32_t>(kDigits - 1 - place.at);
    crossing.before = place.before;
    known += bits;
  }
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
        if (lane == 0) memory.place = first + __ffs(static_cast<int>(here)) - 1;
        break;
      }
      lower += hits;
    }
  }
  __syncthreads();
  return memory.place;
}

}  // namespace arges::kernels::cuda
