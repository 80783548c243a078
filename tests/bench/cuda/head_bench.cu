// SPDX-License-Identifier: Apache-2.0
// The end of a decode step: logits of true size, and the tokens that are drawn from them.
#include <cmath>

#include "kernels/cuda/linear.h"
#include "kernels/cuda/sample.h"
#include "tests/bench/cuda/measure.cuh"

namespace arges::bench {

namespace {

using namespace kernels::cuda;

constexpr int kHidden = 6144;
constexpr int kVocab = 200064;

DeviceArray<float> random_logits(int rows) {
  std::vector<float> values;
  std::uint64_t x = 5;
  for (std::int64_t i = 0; i < std::int64_t{rows} * kVocab; ++i) {
    float sum = 0.0f;
    for (int part = 0; part < 3; ++part) {
      x = x * 6364136223846793005u + 1442695040888963407u;
      sum += static_cast<float>(x >> 40) / 8388608.0f - 1.0f;
    }
    values.push_back(3.0f * sum);
  }
  return DeviceArray<float>(values);
}

void measure_product(int rows, double target_ms, const DeviceArray<__nv_bfloat16>& w,
                     cudaStream_t stream) {
  const auto n = random_bf16(static_cast<std::size_t>(rows) * kHidden);
  const DeviceArray<float> logits(static_cast<std::size_t>(rows) * kVocab);
  LinearArgs args;
  args.x = n.get();
  args.x_stride = kHidden;
  args.rows = rows;
  args.w = w.get();
  args.outputs = kVocab;
  args.inputs = kHidden;
  args.sums = logits.get();
  args.y_stride = kVocab;
  const double seconds = time_of([&](int) { must(linear(args, stream)); }, stream);
  print_line("head B" + std::to_string(rows), seconds, 2.0 * kHidden * kVocab + 4.0 * rows * kVocab,
             target_ms);
}

void measure_sample(int rows, const std::string& how, const SampleOptions& options,
                    cudaStream_t stream) {
  const DeviceArray<float> logits = random_logits(rows);
  std::vector<SampleOptions> table(static_cast<std::size_t>(rows), options);
  for (std::size_t row = 0; row < table.size(); ++row) table[row].seed = row;
  const DeviceArray<SampleOptions> device_table(table);
  const DeviceArray<std::uint32_t> scratch(static_cast<std::size_t>(rows) * kVocab);
  const DeviceArray<std::int32_t> ids(static_cast<std::size_t>(rows));
  const DeviceArray<float> log_probabilities(static_cast<std::size_t>(rows));
  SampleArgs args;
  args.logits = logits.get();
  args.stride = kVocab;
  args.rows = rows;
  args.vocab = kVocab;
  args.options = device_table.get();
  args.scratch = scratch.get();
  args.ids = ids.get();
  args.log_probabilities = log_probabilities.get();
  const double seconds = time_of([&](int) { must(sample(args, stream)); }, stream);
  print_line("head sample B" + std::to_string(rows) + " " + how, seconds, 4.0 * rows * kVocab, 0.0);
}

}  // namespace

void measure_head(cudaStream_t stream) {
  if (!wanted("head")) return;
  const auto w =
      random_bf16(std::size_t{kVocab} * kHidden, 1.0f / std::sqrt(static_cast<float>(kHidden)));
  measure_product(1, 0.95, w, stream);
  measure_product(64, 1.1, w, stream);
  for (const int rows : {1, 64}) {
    measure_sample(rows, "greedy", {}, stream);
    measure_sample(rows, "drawn", {.temperature = 0.8f}, stream);
    measure_sample(rows, "top-k 50, top-p 0.9", {.temperature = 0.8f, .top_k = 50, .top_p = 0.9f},
                   stream);
  }
}

}  // namespace arges::bench
