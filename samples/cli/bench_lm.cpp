// SPDX-License-Identifier: Apache-2.0
// arges bench lm: a small language model of random weights, prompt and answer speed.
#include <algorithm>
#include <memory>

#include "language/model/decoder.h"
#include "samples/cli/bench.h"
#include "samples/cli/commands.h"
#include "samples/cli/failure.h"
#include "samples/cli/random_decoder.h"
#include "samples/cli/stopwatch.h"

namespace arges::cli {
namespace {

using language::DecoderConfig;
using language::LayerType;

constexpr std::int64_t kPromptTokens = 512;
constexpr std::int64_t kAnswerTokens = 64;

// Shape XS of performance.md: 345 M parameters, 45 M of them active for a token.
DecoderConfig shape_xs() {
  DecoderConfig config;
  config.vocab_size = 32000;
  config.hidden_size = 512;
  config.num_heads = 4;
  config.num_kv_heads = 1;
  config.head_dim = 128;
  config.expert_ffn_size = 768;
  config.num_experts = 32;
  config.experts_per_token = 2;
  config.rotary_dim = 64;
  config.max_positions = 8192;
  config.layer_types.assign(8, LayerType::kLightning);
  config.layer_types.back() = LayerType::kSoftmax;
  return config;
}

// Absorbs the ids in one step and returns the likeliest next one.
language::TokenId step(const kernels::ExecContext& context, const language::Decoder& decoder,
                       language::SequenceState& state, std::span<const language::TokenId> ids) {
  const Arena::Scope scope(*context.workspace);
  const auto rows = static_cast<std::int64_t>(ids.size());
  const std::int64_t vocab = decoder.config().vocab_size;
  const TensorView hidden =
      require(context.workspace->allocate({rows, decoder.config().hidden_size}));
  const TensorView logits = require(context.workspace->allocate({1, vocab}));
  const language::StepSequence sequence{&state, rows};
  const auto last = static_cast<std::int32_t>(rows - 1);
  require(decoder.embed(context, ids, hidden));
  require(decoder.step(context, {&sequence, 1}, hidden));
  require(decoder.logits(context, hidden, {&last, 1}, logits));
  const float* best = std::max_element(logits.f32(), logits.f32() + vocab);
  return static_cast<language::TokenId>(best - logits.f32());
}

// Speeds in tokens a second.
struct Speeds {
  std::vector<double> prefill, decode;
};

void run_once(const kernels::ExecContext& context, const language::Decoder& decoder,
              Speeds& speeds) {
  auto state = require(language::SequenceState::create(decoder.config()));
  std::vector<language::TokenId> prompt(kPromptTokens);
  for (std::size_t i = 0; i < prompt.size(); ++i) {
    prompt[i] = static_cast<language::TokenId>(i * 7919 % 32000);  // any ids, well spread
  }
  const Stopwatch prefill;
  language::TokenId token = step(context, decoder, state, prompt);
  speeds.prefill.push_back(static_cast<double>(kPromptTokens) / prefill.seconds());
  const Stopwatch decode;
  for (std::int64_t i = 0; i < kAnswerTokens; ++i)
    token = step(context, decoder, state, {&token, 1});
  speeds.decode.push_back(static_cast<double>(kAnswerTokens) / decode.seconds());
}

void bench_dtype(const BenchOptions& options, DType dtype, const std::string& label) {
  BenchMachine machine(options);
  RandomWeights random(machine.context(), dtype);
  const DecoderConfig config = shape_xs();
  const language::Decoder decoder(config, random_decoder_weights(config, random));
  Speeds speeds;
  run_once(machine.context(), decoder, speeds);
  speeds = {};
  for (std::int64_t i = 0; i < options.repeats; ++i) run_once(machine.context(), decoder, speeds);
  print_figure("language model XS, " + label + ", prefill 512", speeds.prefill, "tok/s");
  print_figure("language model XS, " + label + ", decode 64", speeds.decode, "tok/s");
}

}  // namespace

void bench_lm(const BenchOptions& options) {
  bench_dtype(options, DType::kF32, "f32");
  bench_dtype(options, DType::kBF16, "bf16");
}

void add_bench_lm(Command bench) {
  const auto options = std::make_shared<BenchOptions>();
  Command command = bench.command("lm", "A language model of shape XS, random weights");
  add_bench_options(command, *options);
  command.action([options] {
    print_machine(*options);
    bench_lm(*options);
  });
}

}  // namespace arges::cli
