// SPDX-License-Identifier: Apache-2.0
// arges bench lm: a language model's prompt and answer speed, at any depth and batch.
#include <algorithm>
#include <memory>

#include "language/model/decoder.h"
#include "samples/cli/bench/bench.h"
#include "samples/cli/bench/bench_model.h"
#include "samples/cli/bench/counted_experts.h"
#include "samples/cli/bench/decoder_shape.h"
#include "samples/cli/bench/op_times.h"
#include "samples/cli/commands.h"
#include "samples/cli/failure.h"
#include "samples/cli/stopwatch.h"

namespace arges::cli {
namespace {

using language::Sequence;
using language::TokenId;

constexpr std::int64_t kMostTokens = 1'000'000;
constexpr std::int64_t kMostBatch = 1024;
constexpr std::int64_t kMostChunk = 8192;

struct LmOptions {
  BenchOptions bench;
  std::string shape = "XS";
  std::string weights = "stored";
  std::string prefill = "512";
  std::string depth = "0";
  std::string batch = "1";
  std::int64_t decode = 64;
  std::int64_t chunk = 512;
  bool profile = false;
};

struct LmPlan {
  std::vector<std::int64_t> prefill, depths, batches;
  std::int64_t decode, chunk;
  bool profile = false;
};

// Drives a decoder as the scheduler does: chunks of prompts, then one token of each sequence a
// step, logits for the last rows alone.
class Driver {
 public:
  Driver(kernels::ExecContext context, const language::Decoder& decoder, std::int64_t chunk)
      : context_(context), decoder_(decoder), chunk_(chunk) {}

  Sequence empty() const { return decoder_.new_sequence(); }

  // Absorbs `tokens` random ids of the generator's and returns the likeliest next one.
  TokenId prefill(Sequence& state, std::int64_t tokens) {
    std::vector<TokenId> ids(static_cast<std::size_t>(tokens));
    for (TokenId& id : ids) id = random_id();
    TokenId next = 0;
    for (std::int64_t done = 0; done < tokens; done += chunk_) {
      const auto count = static_cast<std::size_t>(std::min(chunk_, tokens - done));
      language::StepPlan plan;
      require(plan.add({.sequence = &state,
                        .ids = {ids.data() + done, count},
                        .cuts = {},
                        .pictures = {},
                        .logits = language::LogitRows::kLast}));
      next = step(plan).front();
    }
    return next;
  }

  // One token of each sequence; `tokens` become their successors.
  void decode(std::vector<Sequence>& states, std::vector<TokenId>& tokens) {
    language::StepPlan plan;
    for (std::size_t i = 0; i < states.size(); ++i) {
      require(plan.add({.sequence = &states[i],
                        .ids = {&tokens[i], 1},
                        .cuts = {},
                        .pictures = {},
                        .logits = language::LogitRows::kLast}));
    }
    tokens = step(plan);
  }

  TokenId random_id() {
    random_ = random_ * 1664525U + 1013904223U;
    return static_cast<TokenId>((random_ >> 8) %
                                static_cast<std::uint32_t>(decoder_.config().vocab_size));
  }

 private:
  // The likeliest successor of each part's last token.
  std::vector<TokenId> step(const language::StepPlan& plan) {
    const Arena::Scope scope(*context_.workspace);
    const std::int64_t vocab = decoder_.config().vocab_size;
    const TensorView logits = require(context_.workspace->allocate({plan.logit_rows(), vocab}));
    require(decoder_.step(context_, plan, logits));
    std::vector<TokenId> likeliest;
    for (std::int64_t i = 0; i < plan.logit_rows(); ++i) {
      const float* row = logits.f32() + i * vocab;
      likeliest.push_back(static_cast<TokenId>(std::max_element(row, row + vocab) - row));
    }
    return likeliest;
  }

  kernels::ExecContext context_;
  const language::Decoder& decoder_;
  std::int64_t chunk_;
  std::uint32_t random_ = 1;
};

// The measurements of one model.
class LmBench {
 public:
  LmBench(Bench& bench, const std::string& shape, const std::string& weights, LmPlan plan)
      : bench_(bench),
        shape_(shape),
        model_(bench.context(), shape, weights),
        work_(model_.decoder().config(), model_.weight_bytes()),
        plan_(std::move(plan)) {}

  void run() {
    for (const std::int64_t depth : plan_.depths) {
      Driver driver = this->driver();
      Sequence past = driver.empty();
      driver.prefill(past, depth);
      for (const std::int64_t tokens : plan_.prefill) prefill(past, tokens);
      for (const std::int64_t batch : plan_.batches) decode(past, batch);
    }
  }

 private:
  Driver driver() {
    kernels::ExecContext context = bench_.context();
    context.backend = &counting_backend();
    if (plan_.profile) context.backend = &timing_backend(*context.backend);
    return Driver(context, model_.decoder(), plan_.chunk);
  }

  void prefill(const Sequence& past, std::int64_t tokens) {
    Driver driver = this->driver();
    Speed speed;
    clear_op_times();
    speed.seconds = bench_.time([&] {
      Sequence state = past.fork();
      driver.prefill(state, tokens);
    });
    speed.amount = static_cast<double>(tokens);
    speed.unit = "tok/s";
    const auto chunks = static_cast<double>((tokens + plan_.chunk - 1) / plan_.chunk);
    speed.work = work_.product_operations(speed.amount, chunks);
    speed.ceiling = &bench_.product_ceiling(model_.weights());
    bench_.report().add(row("prefill", tokens, past.length(), 1), std::move(speed));
    report_ops(row("prefill", tokens, past.length(), 1));
  }

  // Where the time of a row went, if that was asked for.
  void report_ops(const Measurement& of) {
    if (!plan_.profile) return;
    const auto runs = static_cast<double>(1 + bench_.options().repeats);  // the unmeasured one, too
    report_op_times(bench_.report(), of, runs, bench_.product_ceiling(model_.weights()));
  }

  // Only the steps are timed: the sequences are made outside.
  void decode(const Sequence& past, std::int64_t batch) {
    if (plan_.decode == 0) return;
    Speed speed;
    double experts = 0;
    for (std::int64_t run = -1; run < bench_.options().repeats; ++run) {
      const double seconds = answer(past, batch, experts);
      if (run >= 0) speed.seconds.push_back(seconds);
    }
    const auto steps = static_cast<double>(plan_.decode);
    speed.amount = steps * static_cast<double>(batch);
    speed.unit = "tok/s";
    const double depth = static_cast<double>(past.length() + kFirstTokens) + steps / 2;
    speed.work = steps * work_.decode_bytes(static_cast<double>(batch), depth, experts);
    speed.ceiling = &bench_.ceilings().read_bandwidth;
    const auto layers = static_cast<double>(model_.decoder().config().num_layers());
    char note[64];
    std::snprintf(note, sizeof note, "%.1f distinct experts a layer", experts / layers);
    speed.note = note;
    bench_.report().add(row("decode", plan_.decode, past.length(), batch), std::move(speed));
  }

  // Seconds of the steps of one answer of every sequence; `experts` is those of a step, all layers.
  double answer(const Sequence& past, std::int64_t batch, double& experts) {
    Driver driver = this->driver();
    std::vector<Sequence> states;
    std::vector<TokenId> tokens;
    for (std::int64_t i = 0; i < batch; ++i) {
      states.push_back(past.fork());
      tokens.push_back(driver.prefill(states.back(), kFirstTokens));  // so that each is its own
    }
    take_expert_count();
    const Stopwatch watch;
    for (std::int64_t i = 0; i < plan_.decode; ++i) driver.decode(states, tokens);
    const double seconds = watch.seconds();
    experts = static_cast<double>(take_expert_count()) / static_cast<double>(plan_.decode);
    return seconds;
  }

  Measurement row(const std::string& what, std::int64_t tokens, std::int64_t depth,
                  std::int64_t batch) const {
    return {what, shape_, model_.weights(), tokens, depth, batch};
  }

  static constexpr std::int64_t kFirstTokens = 4;  // random ones that part the sequences

  Bench& bench_;
  std::string shape_;
  BenchModel model_;
  DecoderWork work_;
  LmPlan plan_;
};

}  // namespace

void bench_lm_xs(Bench& bench) {
  for (const char* weights : {"f32", "bf16"}) {
    LmBench(bench, "XS", weights, {{512}, {0}, {1}, 64, 512}).run();
  }
}

void add_bench_lm(Command parent) {
  const auto options = std::make_shared<LmOptions>();
  Command command = parent.command("lm", "A language model's prompt and answer speed");
  add_bench_options(command, options->bench);
  command.text("--shape", options->shape, "XS, S (random weights), pocket or a model folder");
  command.choice("--weights", options->weights, {"stored", "f32", "bf16", "bf16_dot", "q8", "q4"},
                 "Type in memory");
  command.text("--prefill", options->prefill, "Prompt lengths, e.g. 512,2048");
  command.integer("--decode", options->decode, 0, kMostTokens, "Answer tokens of a sequence");
  command.text("--depth", options->depth, "Tokens already in the conversation, e.g. 0,4096");
  command.text("--batch", options->batch, "Sequences that decode together, e.g. 1,4,16");
  command.integer("--chunk", options->chunk, 1, kMostChunk, "Prompt tokens in one step");
  command.flag("--profile", options->profile, "Where the time of a prompt goes, op by op");
  command.action([options] {
    LmPlan plan{numbers_of("--prefill", options->prefill, 1, kMostTokens),
                numbers_of("--depth", options->depth, 0, kMostTokens),
                numbers_of("--batch", options->batch, 1, kMostBatch),
                options->decode,
                options->chunk,
                options->profile};
    BenchModel::check(options->shape, options->weights);
    Bench bench(options->bench);
    LmBench(bench, options->shape, options->weights, std::move(plan)).run();
  });
}

}  // namespace arges::cli
