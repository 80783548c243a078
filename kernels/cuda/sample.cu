// SPDX-License-Identifier: Apache-2.0
#include "kernels/cuda/sample.h"

#include "kernels/cuda/kernel_launch.h"
#include "kernels/cuda/sample_order.cuh"

namespace arges::kernels::cuda {

namespace {

constexpr float kUnit = 0x1p40f;  // the weight of the likeliest
// e^(−28) · 2^40 is less than 1.
constexpr float kBinsPerUnit = static_cast<float>(kBins - 1) / 28.0f;

// Steele, Lea and Flood, 2014: the finalizer of SplitMix64.
__device__ std::uint64_t mix(std::uint64_t x) {
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}

// Number `draws` of the stream of `seed`, as language::RandomStream counts them.
__device__ std::uint64_t random_number(std::uint64_t seed, std::uint64_t draws) {
  constexpr std::uint64_t kGoldenGamma = 0x9e3779b97f4a7c15u;
  return mix(mix(seed + kGoldenGamma) + (draws + 1) * kGoldenGamma);
}

// One row, by a block.
class RowSampler {
 public:
  __device__ RowSampler(const SampleArgs& args, SampleMemory& memory)
      : args_(args),
        memory_(memory),
        row_(static_cast<int>(blockIdx.x)),
        options_(args.options[row_]),
        inverse_temperature_(1.0f / options_.temperature),
        logits_(args.logits + row_ * args.stride),
        keys_(args.scratch + static_cast<std::int64_t>(row_) * args.vocab) {}

  __device__ void run() {
    const float raw_largest = copy_allowed();
    add_biases();
    const Mass best = penalize();
    largest_ = static_cast<std::uint32_t>(best >> 32);
    int id = -1;
    if (largest_ != 0) {
      id = options_.temperature == 0.0f ? static_cast<int>(~static_cast<std::uint32_t>(best))
                                        : draw();
    }
    if (args_.log_probabilities != nullptr) write_log_probability(id, raw_largest);
    if (threadIdx.x == 0) args_.ids[row_] = id;
  }

 private:
  __device__ bool allowed(int id) const {
    const std::uint32_t bit = 1u << (id & 31);
    const int words = (args_.vocab + 31) / 32;
    if (args_.allowed != nullptr && (args_.allowed[id >> 5] & bit) == 0) return false;
    return options_.mask < 0 ||
           (args_.masks[std::int64_t{options_.mask} * words + (id >> 5)] & bit) != 0;
  }

  // The logits, −infinity where a mask forbids; returns the largest of all as they came.
  __device__ float copy_allowed() {
    float largest = -INFINITY;
    for_each(logits_, args_.vocab, [&](int i, float logit) {
      largest = fmaxf(largest, logit);  // of a number and a NaN: the number
      keys_[i] = __float_as_uint(allowed(i) ? logit : -INFINITY);
    });
    const Mass key = block_reduce<Mass>(
        order_key(largest), [](Mass a, Mass b) { return max(a, b); }, memory_.warps);
    return logit_of(static_cast<std::uint32_t>(key));
  }

  __device__ void add_biases() {
    for (int i = static_cast<int>(threadIdx.x); i < options_.bias_count; i += kSampleThreads) {
      const int at = options_.bias_begin + i;
      std::uint32_t& logit = keys_[args_.bias_ids[at]];
      logit = __float_as_uint(__uint_as_float(logit) + args_.bias_values[at]);
    }
    __syncthreads();
  }

  // From logits to keys; returns the largest key above, its lowest id below, inverted.
  __device__ Mass penalize() {
    const std::uint32_t* counts =
        options_.slot < 0 ? nullptr : args_.counts + std::int64_t{options_.slot} * args_.vocab;
    Mass best = 0;
    for_each(keys_, args_.vocab, [&](int i, std::uint32_t bits) {
      float logit = __uint_as_float(bits);
      if (counts != nullptr && counts[i] != 0) logit = penalized(logit, counts[i] - 1);
      const std::uint32_t key = order_key(logit);
      keys_[i] = key;
      best = max(best, Mass{key} << 32 | ~static_cast<std::uint32_t>(i));
    });
    return block_reduce<Mass>(
        best, [](Mass a, Mass b) { return max(a, b); }, memory_.warps);
  }

  __device__ float penalized(float logit, std::uint32_t generated) const {
    logit =
        logit > 0.0f ? logit / options_.repetition_penalty : logit * options_.repetition_penalty;
    if (generated == 0) return logit;
    return logit -
           (options_.presence_penalty + options_.frequency_penalty * static_cast<float>(generated));
  }

  // How far a candidate lies behind the likeliest, in natural units of its weight.
  __device__ float distance(std::uint32_t key) const {
    return (logit_of(largest_) - logit_of(key)) * inverse_temperature_;
  }
  // Infinite logits share everything.
  __device__ Mass weight(std::uint32_t key) const {
    if (key == largest_) return static_cast<Mass>(kUnit);
    return static_cast<Mass>(expf(-distance(key)) * kUnit);
  }
  // By distance; the last bin holds what weighs nothing.
  __device__ int bin_of(std::uint32_t key) const {
    if (key == largest_) return 0;
    return static_cast<int>(fminf(distance(key) * kBinsPerUnit, static_cast<float>(kBins - 1)));
  }

  // Weights and numbers of candidates by bin; the sum of all weights. A thread adds up what it
  // meets of one bin in a row before it adds it to the others', for equal logits are neighbours.
  __device__ Mass fill_bins() const {
    for (int i = static_cast<int>(threadIdx.x); i < kBins; i += kSampleThreads) {
      memory_.bin_masses[i] = 0;
      memory_.bin_counts[i] = 0;
    }
    __syncthreads();
    Mass all = 0;
    Mass mass = 0;
    unsigned count = 0;
    int bin = 0;
    const auto flush = [&] {
      if (count == 0) return;
      atomicAdd(&memory_.bin_masses[bin], mass);
      atomicAdd(&memory_.bin_counts[bin], count);
      all += mass;
    };
    for_each(keys_, args_.vocab, [&](int, std::uint32_t key) {
      const int its_bin = key == 0 ? kBins - 1 : bin_of(key);
      if (its_bin == kBins - 1) return;
      if (its_bin != bin) {
        flush();
        bin = its_bin, mass = 0, count = 0;
      }
      mass += weight(key);
      ++count;
    });
    flush();
    return block_reduce<Mass>(
        all, [](Mass a, Mass b) { return a + b; }, memory_.warps);
  }

  __device__ Crossing weight_crossing(Mass target) const {
    const Place bin = find_place([&](int i) { return memory_.bin_masses[i]; }, 0, target, memory_);
    return find_key(
        keys_, args_.vocab, bin.before, target,
        [&](std::uint32_t key) { return bin_of(key) == bin.at; },
        [&](std::uint32_t key) { return weight(key); }, memory_);
  }

  template <class Wanted>
  __device__ Mass weight_of(const Wanted& wanted) const {
    Mass sum = 0;
    for_each(keys_, args_.vocab, [&](int, std::uint32_t key) {
      if (key != 0 && wanted(key)) sum += weight(key);
    });
    return block_reduce<Mass>(
        sum, [](Mass a, Mass b) { return a + b; }, memory_.warps);
  }

  // The first k candidates, or all that weigh anything, `all` together.
  __device__ Mass weight_of_top_k(Mass all) const {
    if (options_.top_k == 0) return all;
    const Mass k = static_cast<Mass>(options_.top_k);
    const Place bin =
        find_place([&](int i) { return Mass{memory_.bin_counts[i]}; }, 0, k - 1, memory_);
    if (bin.at == kBins) return all;
    const Crossing last = find_key(
        keys_, args_.vocab, bin.before, k - 1,
        [&](std::uint32_t key) { return bin_of(key) == bin.at; },
        [](std::uint32_t) { return Mass{1}; }, memory_);
    return weight_of([&](std::uint32_t key) { return key > last.key; }) +
           (k - last.before) * weight(last.key);
  }

  // The fewest of candidates that weigh `all` together which reach top_p of it.
  __device__ Mass weight_of_top_p(Mass all) const {
    if (options_.top_p >= 1.0f) return all;
    const double part = ceil(static_cast<double>(options_.top_p) * static_cast<double>(all));
    const Mass target = max(static_cast<Mass>(part), Mass{1}) - 1;
    const Crossing last = weight_crossing(target);
    const Mass step = weight(last.key);
    return last.before + ((target - last.before) / step + 1) * step;
  }

  __device__ Mass weight_of_min_p() const {
    const double least = static_cast<double>(options_.min_p) * static_cast<double>(kUnit);
    return weight_of([&](std::uint32_t key) { return static_cast<double>(weight(key)) >= least; });
  }

  // All three keep a beginning of one order, so the shortest holds.
  __device__ int draw() const {
    Mass kept = weight_of_top_p(weight_of_top_k(fill_bins()));
    if (options_.min_p > 0.0f) kept = min(kept, weight_of_min_p());
    // u is a multiple of 2^−53.
    const std::uint64_t number = random_number(options_.seed, options_.draws) >> 11 << 11;
    const Mass target = __umul64hi(number, kept);
    const Crossing drawn = weight_crossing(target);
    const auto rank = static_cast<int>((target - drawn.before) / weight(drawn.key));
    return find_id(keys_, args_.vocab, drawn.key, rank, memory_);
  }

  __device__ void write_log_probability(int id, float largest) {
    float sum = 0.0f;
    for_each(logits_, args_.vocab, [&](int, float logit) {
      if (logit > -INFINITY) sum += expf(logit - largest);
    });
    const Mass bits = block_reduce<Mass>(
        __float_as_uint(sum),
        [](Mass a, Mass b) {
          return Mass{__float_as_uint(__uint_as_float(static_cast<std::uint32_t>(a)) +
                                      __uint_as_float(static_cast<std::uint32_t>(b)))};
        },
        memory_.warps);
    if (threadIdx.x != 0) return;
    const float total = __uint_as_float(static_cast<std::uint32_t>(bits));
    args_.log_probabilities[row_] = id < 0 ? NAN : logits_[id] - largest - logf(total);
  }

  const SampleArgs& args_;
  SampleMemory& memory_;
  int row_;
  SampleOptions options_;
  float inverse_temperature_;
  const float* logits_;
  std::uint32_t* keys_;  // logits until they are penalized
  std::uint32_t largest_ = 0;
};

__global__ void __launch_bounds__(kSampleThreads)
    sample_kernel(const __grid_constant__ SampleArgs args) {
  __shared__ SampleMemory memory;
  RowSampler(args, memory).run();
}

Status check(const SampleArgs& args) {
  if (args.rows < 1 || args.vocab < 1 || args.vocab > 1 << 22 || args.stride < args.vocab) {
    return invalid_argument("sample: no rows, or a vocabulary that does not fit");
  }
  if (args.logits == nullptr || args.options == nullptr || args.scratch == nullptr ||
      args.ids == nullptr) {
    return invalid_argument("sample: a pointer is missing");
  }
  return {};
}

}  // namespace

Status sample(const SampleArgs& args, Stream stream) {
  ARGES_RETURN_IF_ERROR(check(args));
  LaunchShape shape;
  shape.blocks = static_cast<unsigned>(args.rows);
  shape.threads = kSampleThreads;
  return launch_kernel(sample_kernel, shape, args, stream, "launch of sample");
}

}  // namespace arges::kernels::cuda
