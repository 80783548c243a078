// SPDX-License-Identifier: Apache-2.0
// The products of a prompt's chunk of 8192 tokens at true size: dense ones, and the experts'.
#include <cmath>
#include <cstdio>

#include "kernels/cuda/expert_ffn.h"
#include "kernels/cuda/linear.h"
#include "tests/bench/cuda/measure.cuh"

namespace arges::bench {

namespace {

using namespace kernels::cuda;

constexpr int kRows = 8192;
constexpr int kHidden = 6144;
constexpr int kWidth = 8192;
constexpr int kFfn = 9216;
constexpr int kExperts = 32;
constexpr int kTop = 2;

void print_rate(const std::string& name, double seconds, double operations) {
  std::printf("%-52s %10.4f ms  %6.1f TFLOP/s\n", name.c_str(), seconds * 1e3,
              operations / seconds * 1e-12);
  std::fflush(stdout);
}

DeviceArray<__nv_bfloat16> random_weights(std::size_t outputs, int inputs) {
  return random_bf16(outputs * static_cast<std::size_t>(inputs),
                     1.0f / std::sqrt(static_cast<float>(inputs)), 3);
}

void measure_dense(int inputs, int outputs, cudaStream_t stream) {
  const auto x = random_bf16(std::size_t{kRows} * static_cast<std::size_t>(inputs));
  const auto w = random_weights(static_cast<std::size_t>(outputs), inputs);
  const DeviceArray<__nv_bfloat16> y(std::size_t{kRows} * static_cast<std::size_t>(outputs));
  LinearArgs args;
  args.x = x.get();
  args.x_stride = inputs;
  args.rows = kRows;
  args.w = w.get();
  args.outputs = outputs;
  args.inputs = inputs;
  args.y = y.get();
  args.y_stride = outputs;
  const double seconds = time_of([&](int) { must(linear(args, stream)); }, stream);
  print_rate("many rows dense 8192 x " + std::to_string(inputs) + " -> " + std::to_string(outputs),
             seconds, 2.0 * kRows * inputs * outputs);
}

// Routes are spread unevenly: expert e has from 1/2 to 3/2 of an even share.
void measure_experts(cudaStream_t stream) {
  std::vector<std::int32_t> offsets{0};
  for (int e = 0; e < kExperts; ++e) {
    const int even = kRows * kTop / kExperts;
    const int share = even / 2 + even * e / (kExperts - 1);
    offsets.push_back(e == kExperts - 1 ? kRows * kTop : offsets.back() + share);
  }
  std::vector<std::int32_t> order;
  for (int route = 0; route < kRows * kTop; ++route) {
    order.push_back((route * 7919) % (kRows * kTop));  // a permutation: 7919 is odd
  }
  const auto n = random_bf16(std::size_t{kRows} * kHidden);
  const auto gate_up = random_weights(std::size_t{kExperts} * 2 * kFfn, kHidden);
  const auto down = random_weights(std::size_t{kExperts} * kHidden, kFfn);
  const DeviceArray<std::int32_t> device_offsets(offsets);
  const DeviceArray<std::int32_t> device_order(order);
  const DeviceArray<float> weights(std::vector<float>(order.size(), 0.5f));
  const DeviceArray<__nv_bfloat16> sorted(order.size() * kHidden);
  const DeviceArray<__nv_bfloat16> inner(order.size() * kFfn);
  const DeviceArray<float> out(order.size() * kHidden);
  ExpertFfnArgs args;
  args.n = n.get();
  args.rows = kRows;
  args.hidden = kHidden;
  args.ffn = kFfn;
  args.experts = kExperts;
  args.top = kTop;
  args.routing = {device_order.get(), weights.get(), device_order.get(), device_offsets.get(),
                  device_offsets.get()};
  args.gate_up = gate_up.get();
  args.down = down.get();
  args.sorted = sorted.get();
  args.inner = inner.get();
  args.out = out.get();
  const double seconds = time_of([&](int) { must(expert_ffn(args, stream)); }, stream);
  print_rate("many rows experts, 16384 routes in 32 uneven groups", seconds,
             2.0 * kRows * kTop * 3.0 * kHidden * kFfn);
}

}  // namespace

void measure_many_rows(cudaStream_t stream) {
  if (!wanted("many rows")) return;
  measure_dense(kHidden, 4 * kWidth, stream);
  measure_dense(kWidth, kHidden, stream);
  measure_dense(8192, 8192, stream);
  measure_experts(stream);
}

}  // namespace arges::bench
