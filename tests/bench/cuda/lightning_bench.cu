// SPDX-License-Identifier: Apache-2.0
// Lightning attention. Every repetition takes other buffers than the one before, as far as a set of
// them does not exceed the L2 cache by itself.
#include "kernels/cuda/lightning.h"

#include <cmath>

#include "kernels/cuda/activation.cuh"
#include "tests/bench/cuda/measure.cuh"

namespace arges::bench {

namespace {

using namespace kernels::cuda;

// Of the middle layer of a model with as many heads.
std::vector<float> slopes_of(int heads) {
  std::vector<float> slopes;
  for (int h = 0; h < heads; ++h) slopes.push_back(std::exp2(-8.0f * (h + 1) / heads) * 0.5f);
  return slopes;
}

constexpr int kLockstep = 2;  // chunks; what the rows without a word about it have

struct PrefillCase {
  int heads;
  int tokens;
  bool gated = false;
  double target_ms = 0.0;
  int segment_tokens = 0;
  SiluForm silu = SiluForm::kTanh;
  PrefillPath path = PrefillPath::kBest;
  int sequences = 1;
  int lockstep = kLockstep;
  int piece_tokens = 0;  // not 0: a prompt comes in pieces, one run behind another
};

std::string name_of(const PrefillCase& c) {
  std::string name = "prefill B" + std::to_string(c.sequences) + " H" + std::to_string(c.heads) +
                     " T" + std::to_string(c.tokens);
  if (c.gated) name += " gate";
  if (c.segment_tokens > 0) name += " seg" + std::to_string(c.segment_tokens);
  if (c.silu == SiluForm::kExact) name += " exact";
  if (c.silu == SiluForm::kDone) name += " activated";
  if (c.path == PrefillPath::kPortable) name += " mma.sync";
  if (c.piece_tokens > 0) name += " pieces " + std::to_string(c.piece_tokens);
  if (c.lockstep != kLockstep) name += " lockstep " + std::to_string(c.lockstep);
  return name;
}

void measure_prefill(const PrefillCase& c, cudaStream_t stream) {
  if (!wanted(name_of(c))) return;
  const auto width = static_cast<std::size_t>(c.heads) * kHeadWidth;
  const auto rows = static_cast<std::size_t>(c.tokens) * c.sequences;
  const std::size_t stride = (c.gated ? 4 : 3) * width;
  const std::size_t set_bytes = rows * (stride + width) * 2;
  std::size_t available = 0;
  std::size_t total = 0;
  must(cudaMemGetInfo(&available, &total), "memory");
  const std::size_t sets = std::clamp<std::size_t>(kBeyondCache / set_bytes + 1, 1, 16);
  if (sets * set_bytes + (std::size_t{1} << 30) > available) {
    std::printf("%-52s left out: too little free memory\n", name_of(c).c_str());
    return;
  }
  const auto input = random_bf16(sets * rows * stride);
  const DeviceArray<__nv_bfloat16> z(sets * rows * width);
  const DeviceArray<float> slopes(slopes_of(c.heads));
  const DeviceArray<float> norm(std::vector<float>(width, 1.0f));
  const DeviceArray<float> squares(rows * c.heads * kSquareParts);
  const std::size_t state_floats = width * kHeadWidth;
  const auto states = zeros(c.sequences * state_floats);
  const int piece = c.piece_tokens > 0 ? c.piece_tokens : c.tokens;
  const int pieces = c.tokens / piece;
  std::vector<LightningSpan> spans;  // a piece of all sequences behind another
  for (int p = 0; p < pieces; ++p) {
    for (int s = 0; s < c.sequences; ++s) {
      spans.push_back({s * c.tokens + p * piece, piece, s, p == 0});
    }
  }
  const DeviceArray<LightningSpan> table(spans);
  const int segments =
      c.segment_tokens > 0 ? (c.tokens + c.segment_tokens - 1) / c.segment_tokens : 1;
  const DeviceArray<float> scratch(c.sequences * segments * state_floats);
  DeviceArray<std::uint32_t> progress(2);
  progress.fill_bytes(0);
  std::vector<LightningPrefill> runs;  // [set][piece]
  for (std::size_t run = 0; run < sets * pieces; ++run) {
    const std::size_t set = run / pieces;
    LightningPrefillArgs args;
    args.layer.rows = input.get() + set * rows * stride;
    args.layer.row_count = static_cast<std::int64_t>(rows);
    args.layer.row_stride = static_cast<std::int64_t>(stride);
    args.layer.gate_column = c.gated ? static_cast<std::int64_t>(3 * width) : -1;
    args.layer.norm = norm.get();
    args.layer.slopes = slopes.get();
    args.layer.heads = c.heads;
    args.layer.states = states.get();
    args.layer.slot_stride = static_cast<std::int64_t>(state_floats);
    args.layer.z = z.get() + set * rows * width;
    args.layer.z_stride = static_cast<std::int64_t>(width);
    args.layer.square_sums = squares.get();
    args.layer.silu = c.silu;
    args.spans = table.get() + run % pieces * c.sequences;
    args.span_count = c.sequences;
    args.segment_tokens = c.segment_tokens;
    args.max_segments = segments;
    args.segment_states = scratch.get();
    args.progress = progress.get();
    args.lockstep_chunks = c.lockstep;
    args.path = c.path;
    auto created = LightningPrefill::create(args);
    must(created.status());
    runs.push_back(*created);
  }
  const double seconds = time_of(
      [&](int i) {
        const std::size_t first = static_cast<std::size_t>(i) % sets * pieces;
        for (int p = 0; p < pieces; ++p) must(runs[first + p].run(stream));
      },
      stream);
  print_line(name_of(c), seconds, static_cast<double>(rows * (stride + width) * 2), c.target_ms);
}

void measure_step(int sequences, int heads, double target_ms, cudaStream_t stream) {
  const std::string name = "step B" + std::to_string(sequences) + " H" + std::to_string(heads);
  if (!wanted(name)) return;
  const auto width = static_cast<std::size_t>(heads) * kHeadWidth;
  const std::size_t stride = 4 * width;
  const std::size_t state_floats = width * kHeadWidth;
  // A graph of steps, each on states that the ones before have pushed out of the cache.
  const std::size_t sets =
      std::clamp<std::size_t>(kBeyondCache / (sequences * state_floats * 4), 2, 64);
  constexpr int kSteps = 64;
  const auto input = random_bf16(sequences * stride);
  const auto states = zeros(sets * sequences * state_floats);
  const DeviceArray<__nv_bfloat16> z(sequences * width);
  const DeviceArray<float> slopes(slopes_of(heads));
  const DeviceArray<float> norm(std::vector<float>(width, 1.0f));
  const DeviceArray<float> squares(static_cast<std::size_t>(sequences) * heads * kSquareParts);
  std::vector<std::int32_t> order(static_cast<std::size_t>(sequences));
  for (int i = 0; i < sequences; ++i) order[static_cast<std::size_t>(i)] = i;
  const DeviceArray<std::int32_t> slots(order);
  LightningStepArgs args;
  args.layer = {input.get(),
                sequences,
                static_cast<std::int64_t>(stride),
                static_cast<std::int64_t>(3 * width),
                norm.get(),
                slopes.get(),
                heads,
                nullptr,
                static_cast<std::int64_t>(state_floats),
                z.get(),
                static_cast<std::int64_t>(width),
                squares.get()};
  args.slots = slots.get();
  cudaGraph_t graph = nullptr;
  cudaGraphExec_t exec = nullptr;
  must(cudaStreamBeginCapture(stream, cudaStreamCaptureModeThreadLocal), "capture");
  for (int i = 0; i < kSteps; ++i) {
    args.layer.states =
        states.get() + static_cast<std::size_t>(i) % sets * sequences * state_floats;
    must(lightning_step(args, stream));
  }
  must(cudaStreamEndCapture(stream, &graph), "capture");
  must(cudaGraphInstantiate(&exec, graph, 0), "instantiate");
  const double seconds =
      time_of([&](int) { must(cudaGraphLaunch(exec, stream), "graph"); }, stream) / kSteps;
  must(cudaGraphExecDestroy(exec), "graph");
  must(cudaGraphDestroy(graph), "graph");
  const double bytes = static_cast<double>(sequences) *
                       static_cast<double>(2 * 4 * state_floats + 2 * (stride + width));
  print_line(name + " (graph, a step)", seconds, bytes, target_ms);
}

// How far the two forms of SiLU are from the function, over all bf16 numbers up to 2^6 in size.
__global__ void silu_errors(float* worst) {
  float tanh_error = 0.0f;
  float exact_error = 0.0f;
  for (unsigned i = threadIdx.x; i < 65536; i += blockDim.x) {
    const double x = static_cast<double>(low_bf16(i));
    if (!(fabs(x) <= 64.0)) continue;
    const double want = x / (1.0 + exp(-x));
    float value;
    float other;
    silu_pair<SiluForm::kTanh>(i, value, other);
    tanh_error = fmaxf(tanh_error, static_cast<float>(fabs(value - want)));
    silu_pair<SiluForm::kExact>(i, value, other);
    exact_error = fmaxf(exact_error, static_cast<float>(fabs(value - want)));
  }
  atomicMax(reinterpret_cast<int*>(worst), __float_as_int(tanh_error));
  atomicMax(reinterpret_cast<int*>(worst) + 1, __float_as_int(exact_error));
}

void measure_silu() {
  const auto worst = zeros(2);
  silu_errors<<<1, 1024>>>(worst.get());
  const std::vector<float> errors = worst.download();
  std::printf("SiLU of bf16 on [-64, 64], largest absolute error: tanh %.2e, exact %.2e\n",
              static_cast<double>(errors[0]), static_cast<double>(errors[1]));
}

// Rows that come activated beside SiLU here, how near blocks keep together, and whether a long
// prompt is quicker in pieces or segments.
void measure_full_card(cudaStream_t stream) {
  for (const SiluForm silu : {SiluForm::kDone, SiluForm::kTanh}) {
    for (const bool gated : {false, true}) {
      for (const int tokens : {256, 512, 1024, 2048, 4096, 8192, 16384, 32768, 65536}) {
        measure_prefill({.heads = 64, .tokens = tokens, .gated = gated, .silu = silu}, stream);
      }
      for (const int lockstep : {0, 1, 2, 4}) {
        measure_prefill({.heads = 64,
                         .tokens = 131072,
                         .gated = gated,
                         .target_ms = gated ? 3.95 : 3.15,
                         .silu = silu,
                         .lockstep = lockstep},
                        stream);
      }
    }
    measure_prefill({.heads = 64, .tokens = 131072, .silu = silu, .piece_tokens = 16384}, stream);
    measure_prefill({.heads = 64, .tokens = 131072, .segment_tokens = 32768, .silu = silu}, stream);
    measure_prefill({.heads = 64, .tokens = 16384, .silu = silu, .sequences = 4}, stream);
  }
  measure_prefill({.heads = 64, .tokens = 32768, .silu = SiluForm::kExact}, stream);
}

void measure_few_heads(cudaStream_t stream) {
  for (const int tokens : {4096, 16384, 65536, 131072}) {
    const double target = tokens == 16384    ? 0.08
                          : tokens == 65536  ? 0.26
                          : tokens == 131072 ? 0.50
                                             : 0.0;
    for (const SiluForm silu : {SiluForm::kDone, SiluForm::kTanh}) {
      measure_prefill({.heads = 8,
                       .tokens = tokens,
                       .target_ms = target,
                       .segment_tokens = prefill_segment_tokens(8, tokens),
                       .silu = silu},
                      stream);
    }
  }
}

}  // namespace

void measure_lightning(cudaStream_t stream) {
  if (wanted("SiLU")) measure_silu();
  measure_full_card(stream);
  measure_few_heads(stream);
  measure_step(1, 64, 0.006, stream);
  measure_step(8, 64, 0.0, stream);
  measure_step(16, 64, 0.0, stream);
  measure_step(64, 64, 0.195, stream);
  measure_step(256, 64, 0.0, stream);
  measure_step(1, 8, 0.0, stream);
}

}  // namespace arges::bench
