// SPDX-License-Identifier: Apache-2.0
// Causal softmax attention of one prompt, 64 query heads over 8 heads of keys and values.
#include "kernels/cuda/causal_attention.h"

#include "tests/bench/cuda/measure.cuh"

namespace arges::bench {

namespace {

using namespace kernels::cuda;

constexpr int kKvHeads = 8;

void measure(int tokens, double target_tflops, int repetitions, cudaStream_t stream) {
  const std::string name = "causal attention B1 T" + std::to_string(tokens);
  if (!wanted(name)) return;
  constexpr std::size_t kWidth = std::size_t{kKvHeads} * kQueriesPerHead * kHeadWidth;
  constexpr std::size_t kPage = std::size_t{kKvHeads} * 2 * kPageTokens * kHeadWidth;
  const auto rows = static_cast<std::size_t>(tokens);
  const std::size_t pages = rows / kPageTokens;
  const auto q = random_bf16(rows * kWidth);
  const auto pool = random_bf16(pages * kPage, 1.0f, 2);
  const DeviceArray<__nv_bfloat16> z(rows * kWidth);
  std::vector<std::int32_t> order(pages);
  for (std::size_t i = 0; i < pages; ++i) order[i] = static_cast<std::int32_t>(i);
  const DeviceArray<std::int32_t> table(order);
  const DeviceArray<AttentionSpan> spans(std::vector<AttentionSpan>{{0, tokens, 0, 0}});
  CausalAttentionArgs args;
  args.q = q.get();
  args.row_count = tokens;
  args.q_stride = static_cast<std::int64_t>(kWidth);
  args.pages = pool.get();
  args.page_count = static_cast<std::int64_t>(pages);
  args.page_stride = static_cast<std::int64_t>(kPage);
  args.page_table = table.get();
  args.table_stride = static_cast<std::int64_t>(pages);
  args.spans = spans.get();
  args.span_count = 1;
  args.max_rows = tokens;
  args.kv_heads = kKvHeads;
  args.z = z.get();
  args.z_stride = static_cast<std::int64_t>(kWidth);
  const auto attention = CausalAttention::create(args);
  if (!attention.ok()) {
    std::printf("%-52s left out: %s\n", name.c_str(), attention.status().message().c_str());
    return;
  }
  const double seconds = time_of([&](int) { must(attention->run(stream)); }, stream, repetitions);
  // Half of the square, 2 products of 2 operations an element.
  const double operations = 2.0 * static_cast<double>(kWidth) * tokens * tokens;
  const double tflops = operations / seconds * 1e-12;
  std::printf("%-52s %10.4f ms  %5.0f TFLOP/s", name.c_str(), seconds * 1e3, tflops);
  if (target_tflops > 0.0) {
    std::printf("  target %.0f %s", target_tflops, tflops >= target_tflops ? "met" : "-");
  }
  std::printf("\n");
  std::fflush(stdout);
}

}  // namespace

// The lengths of the prefill's rows; targets where a peer was measured.
void measure_causal_attention(cudaStream_t stream) {
  for (const int tokens : {256, 512, 1024, 2048, 4096, 16384}) {
    measure(tokens, 0.0, kRepetitions, stream);
  }
  measure(8192, 585.0, kRepetitions, stream);
  measure(32768, 628.0, kRepetitions, stream);
  measure(65536, 0.0, 3, stream);
  measure(131072, 573.0, 3, stream);
}

}  // namespace arges::bench
