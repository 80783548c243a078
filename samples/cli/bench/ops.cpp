// SPDX-License-Identifier: Apache-2.0
// arges bench ops: single ops, at the shapes that the models of `bench lm` and `bench vision` have.
#include <memory>
#include <numeric>

#include "samples/cli/bench/bench.h"
#include "samples/cli/bench/random_weights.h"
#include "samples/cli/commands.h"
#include "samples/cli/failure.h"

namespace arges::cli {
namespace {

std::string times(std::initializer_list<std::int64_t> sizes) {
  std::string text;
  for (const std::int64_t size : sizes) text += (text.empty() ? "" : "x") + std::to_string(size);
  return text;
}

// The measurements of one run; each method is one op.
class OpsBench {
 public:
  explicit OpsBench(Bench& bench) : bench_(bench), context_(bench.context()) {}

  // `rows` inputs through a matrix; judged by its bytes when there are few, else by its products.
  void linear(std::int64_t rows, std::int64_t inputs, std::int64_t outputs,
              const std::string& weights) {
    RandomWeights random(context_, weights);
    const Matrix weight = random.matrix(sdk::ModelPart::kExperts, outputs, inputs);
    const ConstTensorView x = random.vector({rows, inputs}, 0.0F, 1.0F);
    const TensorView out = result({rows, outputs});
    Speed speed = time([&] { return kernels::linear(context_, {x, &weight, {}, {}, out}); });
    const auto size = static_cast<double>(inputs * outputs);
    if (rows <= kFewRows) {
      by_bytes(speed, size * random.type_of(sdk::ModelPart::kExperts).bytes());
    } else {
      by_operations(speed, 2 * size * static_cast<double>(rows), weights);
    }
    report("linear", times({inputs, outputs}), weights, rows, std::move(speed));
  }

  // Two of 32 experts a row, chosen without a pattern.
  void expert_ffn(std::int64_t rows, std::int64_t hidden, std::int64_t size,
                  const std::string& weights) {
    RandomWeights random(context_, weights);
    std::vector<kernels::Expert> experts;
    for (int e = 0; e < kExperts; ++e) experts.push_back(random.expert(hidden, size));
    const Matrix router = random.matrix(sdk::ModelPart::kRouter, kExperts, hidden);
    const ConstTensorView x = random.vector({rows, hidden}, 0.0F, 1.0F);
    const ConstTensorView norm = random.vector({hidden}, 1.0F, 0.0F);
    const Arena::Scope scope(*context_.workspace);
    const TensorView m = scratch({rows, hidden});
    const TensorView inverse_rms = scratch({rows});
    const kernels::Routing routing{scratch({rows, 2}, DType::kI32), scratch({rows, 2}),
                                   scratch({rows * 2}, DType::kI32),
                                   scratch({kExperts + 1}, DType::kI32)};
    require(kernels::route(context_, {x, {norm}, &router, m, inverse_rms, routing}));
    const TensorView out = result({rows, hidden});
    const kernels::Residual residual{out, {}, {}, 0.0F, 1.0F};
    Speed speed = time([&] {
      return kernels::expert_ffn(context_, {m, routing, experts, residual});
    });
    const double products = 2.0 * 3.0 * static_cast<double>(rows * 2 * hidden * size);
    if (rows <= kFewRows) {
      // Two operations a number and row.
      by_bytes(speed, products / 2 * random.type_of(sdk::ModelPart::kExperts).bytes());
    } else {
      by_operations(speed, products, weights);
    }
    report("expert_ffn", times({hidden, size}), weights, rows, std::move(speed));
  }

  // One token is judged by its state, read and written; D = 128.
  void lightning(std::int64_t tokens, std::int64_t heads) {
    RandomWeights random(context_, DType::kF32);
    const ConstTensorView y = random.vector({tokens, heads, 4, kHeadDim}, 0.0F, 0.1F);
    const ConstTensorView slopes = random.vector({heads}, 0.05F, 0.0F);
    const ConstTensorView norm = random.vector({heads * kHeadDim}, 1.0F, 0.0F);
    std::vector<float> states(static_cast<std::size_t>(heads * kHeadDim * kHeadDim));
    const kernels::StepSpan span{0, static_cast<std::int32_t>(tokens), 0, 0, 0, 0};
    const Arena::Scope scope(*context_.workspace);
    const TensorView squares = scratch({tokens});
    const TensorView out = result({tokens, heads, kHeadDim});
    Speed speed = time([&] {
      return kernels::lightning(
          context_, {y, slopes, norm, table_of(span),
                     view_f32(states.data(), {1, 1, heads, kHeadDim * kHeadDim}), 0, out, squares});
    });
    if (tokens == 1) by_bytes(speed, 2 * sizeof(float) * static_cast<double>(states.size()));
    report("lightning", std::to_string(heads) + " heads", "", tokens, std::move(speed));
  }

  // New tokens behind `depth`; 8 heads, 1 kv head, D = 128.
  void causal(std::int64_t tokens, std::int64_t depth) {
    constexpr std::int64_t kHeads = 8;
    constexpr std::int64_t kPage = 128;
    constexpr std::int64_t kPageFloats = 2 * kPage * kHeadDim;
    RandomWeights random(context_, DType::kF32);
    const std::int64_t pages = (depth + tokens + kPage - 1) / kPage;
    std::vector<float> memory(static_cast<std::size_t>(pages * kPageFloats), 0.1F);
    std::vector<std::int32_t> numbers(static_cast<std::size_t>(pages));
    std::iota(numbers.begin(), numbers.end(), 0);
    std::vector<std::int32_t> positions(static_cast<std::size_t>(tokens));
    std::iota(positions.begin(), positions.end(), static_cast<std::int32_t>(depth));
    std::vector<float> y(static_cast<std::size_t>(tokens * (kHeads + 2) * kHeadDim), 0.5F);
    const kernels::StepSpan span{
        0, static_cast<std::int32_t>(tokens), static_cast<std::int32_t>(depth), 0, 0, 0};
    const TensorView out = result({tokens, kHeads, kHeadDim});
    Speed speed = time([&] {
      return kernels::causal(context_,
                             {.y = view_f32(y.data(), {tokens, 1, kHeads + 2, kHeadDim}),
                              .positions = view_i32(positions),
                              .spans = table_of(span),
                              .page_table = view_i32(numbers),
                              .pool = {view_f32(memory.data(), {pages, 1, kPageFloats}), kPage},
                              .layer = 0,
                              .rotary = {64, 1e7},
                              .scale = 0.088F,
                              .z = out});
    });
    if (tokens == 1) {
      by_bytes(speed, static_cast<double>(depth * 2 * kHeadDim) * sizeof(float));
    } else {
      const double pairs = static_cast<double>(tokens) *
                           (static_cast<double>(depth) + static_cast<double>(tokens) / 2);
      by_operations(speed, 4 * pairs * static_cast<double>(kHeads * kHeadDim));
    }
    report("causal", "8 heads", "", tokens, std::move(speed), depth);
  }

  // One layer's attention of a ViT-L tile.
  void bidirectional() {
    constexpr std::int64_t kTokens = 577;
    constexpr std::int64_t kWidth = 1024;
    RandomWeights random(context_, DType::kF32);
    const ConstTensorView x = random.vector({1, kTokens, 16, 64}, 0.0F, 1.0F);
    const TensorView out = result({1, kTokens, 16, 64});
    Speed speed = time([&] {
      return kernels::bidirectional_attention(context_, {x, x, x, 0.125F, out});
    });
    by_operations(speed, 4.0 * kTokens * kTokens * kWidth);
    report("bidirectional", "16 heads x 64", "", kTokens, std::move(speed));
  }

 private:
  static constexpr std::int64_t kFewRows = 4;
  static constexpr int kExperts = 32;
  static constexpr std::int64_t kHeadDim = 128;
  static constexpr double kShortestRun = 0.02;  // seconds; shorter work is repeated within a run

  TensorView result(Shape shape) {
    out_.assign(static_cast<std::size_t>(shape.count()), 0.0F);
    return view_f32(out_.data(), shape);
  }

  TensorView scratch(Shape shape, DType dtype = DType::kF32) {
    return require(context_.workspace->allocate(shape, dtype));
  }

  static ConstTensorView table_of(const kernels::StepSpan& span) {
    return host_view(static_cast<const void*>(&span), DType::kI32, {1, kernels::kSpanFields});
  }

  template <typename Work>
  Speed time(const Work& work) {
    const std::vector<double> once = bench_.time([&] { require(work()); });
    const double typical = *std::min_element(once.begin(), once.end());
    const auto calls = static_cast<std::int64_t>(1 + kShortestRun / typical);
    Speed speed;
    speed.seconds = bench_.time([&] {
      for (std::int64_t i = 0; i < calls; ++i) require(work());
    });
    for (double& seconds : speed.seconds) seconds /= static_cast<double>(calls);
    return speed;
  }

  void by_bytes(Speed& speed, double bytes) const {
    speed.work = bytes;
    speed.ceiling = &bench_.ceilings().read_bandwidth;
  }

  void by_operations(Speed& speed, double operations, const std::string& weights = "f32") const {
    speed.work = operations;
    speed.ceiling = &bench_.product_ceiling(weights);
  }

  void report(const std::string& what, const std::string& shape, const std::string& weights,
              std::int64_t rows, Speed speed, std::int64_t depth = 0) const {
    constexpr double kMicroseconds = 1e-6;
    speed.amount = kMicroseconds;
    speed.per_unit = true;
    speed.unit = "us";
    bench_.report().add({what, shape, weights, rows, depth, 1}, std::move(speed));
  }

  Bench& bench_;
  kernels::ExecContext context_;
  std::vector<float> out_;
};

std::vector<std::string> formats_of(Bench& bench) {
  std::vector<std::string> formats{"f32", "bf16"};
  if (bench.context().backend->bf16_rows) formats.emplace_back("bf16_dot");
  formats.insert(formats.end(), {"q8", "q4"});
  return formats;
}

void run_ops(Bench& bench) {
  OpsBench ops(bench);
  for (const std::string& weights : formats_of(bench)) {
    ops.linear(512, 512, 1536, weights);
    ops.linear(577, 1024, 4096, weights);
    ops.linear(577, 4096, 1024, weights);
    ops.linear(1, 768, 32000, weights);
    ops.linear(4, 768, 32000, weights);
    ops.linear(1, 512, 1536, weights);
    if (weights == "f32") continue;
    for (const std::int64_t rows : {1, 8, 512}) ops.expert_ffn(rows, 768, 1152, weights);
  }
  for (const std::int64_t heads : {4, 64}) {
    ops.lightning(1, heads);
    ops.lightning(512, heads);
  }
  ops.causal(1, 1000);
  ops.causal(1, 32000);
  ops.causal(512, 0);
  ops.causal(512, 4096);
  ops.bidirectional();
}

}  // namespace

void add_bench_ops(Command parent) {
  const auto options = std::make_shared<BenchOptions>();
  Command command = parent.command("ops", "Single ops at the shapes of the models");
  add_bench_options(command, *options);
  command.action([options] {
    Bench bench(*options);
    run_ops(bench);
  });
}

}  // namespace arges::cli
