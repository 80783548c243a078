// SPDX-License-Identifier: Apache-2.0
// Softmax attention of one token a sequence over pages of bf16 keys and values.
#include "kernels/cuda/decode_attention.h"

#include "tests/bench/cuda/measure.cuh"

namespace arges::bench {

namespace {

using namespace kernels::cuda;

constexpr int kHeads = 8;  // of keys and values

void measure(int sequences, int tokens, double target_ms, cudaStream_t stream) {
  const std::string name =
      "decode attention B" + std::to_string(sequences) + " context " + std::to_string(tokens);
  if (!wanted(name)) return;
  const std::size_t width = kHeads * kQueriesPerHead * kHeadWidth;
  const std::size_t page_elements = kHeads * 2 * kPageTokens * kHeadWidth;
  const auto pages = static_cast<std::size_t>(sequences) * tokens / kPageTokens;
  // A graph of steps, each on pages that the ones before have pushed out of the cache.
  const std::size_t sets =
      std::clamp<std::size_t>(kBeyondCache / (pages * page_elements * 2) + 1, 1, 256);
  const std::size_t steps = std::max<std::size_t>(sets, 8);
  const auto pool = random_bf16(sets * pages * page_elements);
  const auto q = random_bf16(sequences * width);
  const DeviceArray<__nv_bfloat16> z(sequences * width);
  std::vector<std::int32_t> order(pages);
  for (std::size_t i = 0; i < pages; ++i) order[i] = static_cast<std::int32_t>(i);
  const DeviceArray<std::int32_t> table(order);
  const DeviceArray<std::int32_t> lengths(
      std::vector<std::int32_t>(static_cast<std::size_t>(sequences), tokens));
  const DeviceArray<float> scratch(
      static_cast<std::size_t>(decode_attention_scratch_floats(sequences, kHeads, tokens)));
  DecodeAttentionArgs args;
  args.q = q.get();
  args.q_stride = static_cast<std::int64_t>(width);
  args.page_stride = static_cast<std::int64_t>(page_elements);
  args.page_table = table.get();
  args.table_stride = tokens / kPageTokens;
  args.lengths = lengths.get();
  args.sequences = sequences;
  args.kv_heads = kHeads;
  args.max_tokens = tokens;
  args.scratch = scratch.get();
  args.z = z.get();
  args.z_stride = static_cast<std::int64_t>(width);
  cudaGraph_t graph = nullptr;
  cudaGraphExec_t exec = nullptr;
  must(cudaStreamBeginCapture(stream, cudaStreamCaptureModeThreadLocal), "capture");
  for (std::size_t i = 0; i < steps; ++i) {
    args.pages = pool.get() + i % sets * pages * page_elements;
    must(decode_attention(args, stream));
  }
  must(cudaStreamEndCapture(stream, &graph), "capture");
  must(cudaGraphInstantiate(&exec, graph, 0), "instantiate");
  const double seconds =
      time_of([&](int) { must(cudaGraphLaunch(exec, stream), "graph"); }, stream) /
      static_cast<double>(steps);
  must(cudaGraphExecDestroy(exec), "graph");
  must(cudaGraphDestroy(graph), "graph");
  print_line(name + " (graph, a step)", seconds, static_cast<double>(pages * page_elements * 2),
             target_ms);
}

}  // namespace

void measure_decode_attention(cudaStream_t stream) {
  constexpr int kLongest = 1 << 20;  // 4 GiB of keys and values
  for (int tokens = 256; tokens <= kLongest; tokens *= 2) {
    measure(1, tokens, tokens == 131072 ? 0.195 : 0.0, stream);
  }
  measure(8, 8192, 0.0, stream);
}

}  // namespace arges::bench
