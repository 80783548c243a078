// SPDX-License-Identifier: Apache-2.0
// Usage: ARGES_BENCH_ISA=AVX2 ARGES_BENCH_THREADS=2 arges_kernels_bench --benchmark_filter=Linear
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <iostream>

#include "kernels/cpu/targets.h"
// The list of targets comes after the choice of them.
#include "hwy/highway.h"
#include "tests/bench/bench.h"

namespace arges::kernels::bench {

const ExecContext& context() {
  static const char* const threads = std::getenv("ARGES_BENCH_THREADS");
  static ThreadPool pool(threads == nullptr ? 0 : std::atoi(threads));
  static Arena arena;
  static const ExecContext shared{&cpu_ops(), &pool, &arena};
  return shared;
}

std::vector<float> noise(std::int64_t count, float scale) {
  std::vector<float> values(static_cast<std::size_t>(count));
  std::uint32_t bits = 12345;
  for (float& value : values) {
    bits = bits * 1664525u + 1013904223u;
    value = scale * (static_cast<float>(bits >> 8) * 0x1p-23f - 1.0f);
  }
  return values;
}

Matrix random_weight(std::int64_t outputs, std::int64_t inputs, DType dtype) {
  const float scale = 1.0f / std::sqrt(static_cast<float>(inputs));
  const std::vector<float> values = noise(outputs * inputs, scale);
  ConstTensorView view = view_f32(values.data(), {outputs, inputs});
  std::vector<std::uint16_t> halves;
  if (dtype == DType::kBF16) {
    for (const float value : values) halves.push_back(f32_to_bf16(value));
    view = {halves.data(), dtype, {outputs, inputs}, Device::kCpu};
  }
  return pack_matrix(context(), view).value();
}

namespace {

void per_second(benchmark::State& state, const char* name, double amount) {
  state.counters[name] = benchmark::Counter(amount * static_cast<double>(state.iterations()),
                                            benchmark::Counter::kIsRate);
}

void fma_peak(benchmark::State& state) {
  constexpr std::int64_t kIterations = 1 << 20;
  const int threads = context().pool->size();
  for (auto _ : state) {
    context().pool->parallel_for(threads, 1, [&](std::int64_t begin, std::int64_t end) {
      for (; begin < end; ++begin) fma_chains(kIterations);
    });
  }
  per_second(state, "FLOP", 2.0 * threads * kIterations * double(fma_chain_operations()));
}
BENCHMARK(fma_peak)->UseRealTime();

void read_bandwidth(benchmark::State& state) {
  const std::vector<float> data = noise(state.range(0) << 18);
  const auto count = static_cast<std::int64_t>(data.size());
  for (auto _ : state) {
    context().pool->parallel_for(count, 1 << 16, [&](std::int64_t begin, std::int64_t end) {
      benchmark::DoNotOptimize(read_floats(data.data() + begin, end - begin));
    });
  }
  per_second(state, "bytes", 4.0 * static_cast<double>(count));
}
BENCHMARK(read_bandwidth)->Arg(16)->Arg(512)->UseRealTime();

// Arguments: rows, inputs, outputs, bf16?
void linear_map(benchmark::State& state) {
  const std::int64_t rows = state.range(0), inputs = state.range(1), outputs = state.range(2);
  const DType dtype = state.range(3) != 0 ? DType::kBF16 : DType::kF32;
  const Matrix weight = random_weight(outputs, inputs, dtype);
  const std::vector<float> x = noise(rows * inputs);
  std::vector<float> out(static_cast<std::size_t>(rows * outputs));
  for (auto _ : state) {
    run(state, linear(context(), {.x = view_f32(x.data(), {rows, inputs}),
                                  .weight = &weight,
                                  .bias = {},
                                  .out = view_f32(out.data(), {rows, outputs})}));
  }
  per_second(state, "FLOP", 2.0 * static_cast<double>(rows * inputs * outputs));
  per_second(state, "bytes",
             static_cast<double>(outputs * inputs) * static_cast<double>(dtype_size(dtype)));
}
BENCHMARK(linear_map)
    ->Args({512, 512, 1536, 0})
    ->Args({512, 512, 1536, 1})
    ->Args({577, 1024, 4096, 0})
    ->Args({577, 4096, 1024, 0})
    ->Args({1, 2048, 32000, 0})
    ->Args({1, 2048, 32000, 1})
    ->Args({4, 2048, 32000, 1})
    ->Args({1, 512, 1536, 0})
    ->UseRealTime();

// Argument: rows. Shape XS: 32 experts of 512 × 768, two a row.
void expert_ffn_xs(benchmark::State& state) {
  const std::int64_t rows = state.range(0);
  std::vector<ExpertWeights> experts;
  for (int e = 0; e < 32; ++e) {
    experts.push_back({random_weight(768, 512, DType::kBF16), random_weight(768, 512, DType::kBF16),
                       random_weight(512, 768, DType::kBF16)});
  }
  const std::vector<float> x = noise(rows * 512), weights = noise(rows * 2);
  std::vector<float> out(static_cast<std::size_t>(rows * 512));
  std::vector<std::int32_t> ids;
  for (int i = 0; i < 2 * rows; ++i) ids.push_back((i * 7 + i / 5) % 32);
  ConstTensorView id_view = view_i32(ids);
  id_view.shape = {rows, 2};
  for (auto _ : state) {
    run(state, expert_ffn(context(), {.x = view_f32(x.data(), {rows, 512}),
                                      .expert_ids = id_view,
                                      .weights = view_f32(weights.data(), {rows, 2}),
                                      .experts = experts,
                                      .out = view_f32(out.data(), {rows, 512})}));
  }
  per_second(state, "FLOP", 2.0 * 6 * 512 * 768 * static_cast<double>(rows));
}
BENCHMARK(expert_ffn_xs)->Arg(1)->Arg(8)->Arg(512)->UseRealTime();

// Arguments: tokens, heads; D = 128.
void lightning(benchmark::State& state) {
  const std::int64_t tokens = state.range(0), heads = state.range(1);
  const std::vector<float> qkv = noise(tokens * heads * 3 * 128, 0.1f);
  const std::vector<float> slopes(static_cast<std::size_t>(heads), 0.05f);
  std::vector<float> matrices(static_cast<std::size_t>(heads * 128 * 128));
  std::vector<float> out(static_cast<std::size_t>(tokens * heads * 128));
  const SequenceSpan span{0, tokens};
  float* pointer = matrices.data();
  for (auto _ : state) {
    run(state, lightning_attention(context(), {.qkv = view_f32(qkv.data(), {tokens, heads, 3, 128}),
                                               .slopes = view_f32(slopes.data(), {heads}),
                                               .sequences = {&span, 1},
                                               .states = {&pointer, 1},
                                               .out = view_f32(out.data(), {tokens, heads, 128})}));
  }
  per_second(state, "tokens", static_cast<double>(tokens));
}
BENCHMARK(lightning)->Args({1, 4})->Args({512, 4})->Args({1, 64})->Args({512, 64})->UseRealTime();

// Arguments: new tokens, tokens before; 4 heads, 1 kv head, D = 128.
void causal(benchmark::State& state) {
  constexpr std::int64_t kPage = 128;
  const std::int64_t tokens = state.range(0), before = state.range(1);
  const std::vector<float> q = noise(tokens * 4 * 128), k = noise(tokens * 128);
  std::vector<float> out(q.size());
  const std::int64_t pages = (before + tokens + kPage - 1) / kPage;
  std::vector<float> memory = noise(pages * 2 * kPage * 128);
  std::vector<float*> pointers;
  for (std::int64_t p = 0; p < pages; ++p) pointers.push_back(&memory[p * 2 * kPage * 128]);
  const SequenceSpan span{0, tokens};
  const KvPages cache{pointers, kPage, before};
  for (auto _ : state) {
    run(state, causal_attention(context(), {.q = view_f32(q.data(), {tokens, 4, 128}),
                                            .k = view_f32(k.data(), {tokens, 1, 128}),
                                            .v = view_f32(k.data(), {tokens, 1, 128}),
                                            .sequences = {&span, 1},
                                            .caches = {&cache, 1},
                                            .scale = 0.088f,
                                            .out = view_f32(out.data(), {tokens, 4, 128})}));
  }
  per_second(state, "tokens", static_cast<double>(tokens));
}
BENCHMARK(causal)
    ->Args({1, 1000})
    ->Args({1, 16000})
    ->Args({512, 0})
    ->Args({512, 4096})
    ->UseRealTime();

// One layer of ViT-L: 577 tokens, 16 heads of 64.
void bidirectional(benchmark::State& state) {
  const Shape shape{1, 577, 16, 64};
  const std::vector<float> q = noise(shape.count());
  std::vector<float> out(q.size());
  for (auto _ : state) {
    run(state, bidirectional_attention(context(), {.q = view_f32(q.data(), shape),
                                                   .k = view_f32(q.data(), shape),
                                                   .v = view_f32(q.data(), shape),
                                                   .scale = 0.125f,
                                                   .out = view_f32(out.data(), shape)}));
  }
  per_second(state, "FLOP", 4.0 * 577 * 577 * 1024);
}
BENCHMARK(bidirectional)->UseRealTime();

bool force_isa(const char* name) {
  for (std::int64_t bits = HWY_TARGETS; bits != 0; bits &= bits - 1) {
    const std::int64_t target = bits & -bits;
    if (std::strcmp(name, hwy::TargetName(target)) != 0) continue;
    hwy::SetSupportedTargetsForTest(target);
    return true;
  }
  return false;
}

}  // namespace
}  // namespace arges::kernels::bench

int main(int argc, char** argv) {
  const char* isa = std::getenv("ARGES_BENCH_ISA");
  if (isa != nullptr && !arges::kernels::bench::force_isa(isa)) {
    std::cerr << "ARGES_BENCH_ISA names no instruction set that is compiled in\n";
    return 2;
  }
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
