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

using kernels::SequenceSpan;

std::string times(std::initializer_list<std::int64_t> sizes) {
  std::string text;
  for (const std::int64_t size : sizes) text += (text.empty() ? "" : "x") + std::to_string(size);
  return text;
}

const char* name_of(DType dtype) {
  return dtype == DType::kF32 ? "f32" : "bf16";
}

// The measurements of one run; each method is one op.
class OpsBench {
 public:
  explicit OpsBench(Bench& bench) : bench_(bench), context_(bench.context()) {}

  // `rows` inputs through a matrix; judged by its bytes when there are few, else by its products.
  void linear(std::int64_t rows, std::int64_t inputs, std::int64_t outputs, DType dtype) {
    RandomWeights random(context_, dtype);
    const Matrix weight = random.matrix(outputs, inputs);
    const ConstTensorView x = random.vector({rows, inputs}, 0.0F, 1.0F);
    const TensorView out = result({rows, outputs});
    Speed speed = time([&] { return kernels::linear(context_, {x, &weight, {}, {}, out}); });
    const auto size = static_cast<double>(inputs * outputs);
    if (rows <= kFewRows) {
      by_bytes(speed, size * static_cast<double>(dtype_size(dtype)));
    } else {
      by_operations(speed, 2 * size * static_cast<double>(rows));
    }
    report("linear", times({inputs, outputs}), name_of(dtype), rows, std::move(speed));
  }

  // Two of 32 experts a row, chosen without a pattern.
  void expert_ffn(std::int64_t rows, std::int64_t hidden, std::int64_t size) {
    RandomWeights random(context_, DType::kBF16);
    std::vector<kernels::ExpertWeights> experts;
    for (int e = 0; e < kExperts; ++e) {
      experts.push_back(
          {random.matrix(size, hidden), random.matrix(size, hidden), random.matrix(hidden, size)});
    }
    std::vector<std::int32_t> ids;
    for (int i = 0; i < 2 * rows; ++i) ids.push_back((i * 7 + i / 5) % kExperts);
    ConstTensorView id_view = view_i32(ids);
    id_view.shape = {rows, 2};
    const ConstTensorView x = random.vector({rows, hidden}, 0.0F, 1.0F);
    const ConstTensorView weights = random.vector({rows, 2}, 0.5F, 0.1F);
    const TensorView out = result({rows, hidden});
    Speed speed = time([&] {
      return kernels::expert_ffn(context_, {x, id_view, weights, experts, out});
    });
    const double products = 2.0 * 3.0 * static_cast<double>(rows * 2 * hidden * size);
    if (rows <= kFewRows) {
      by_bytes(speed, products);  // two bytes a number, two operations a number and row
    } else {
      by_operations(speed, products);
    }
    report("expert_ffn", times({hidden, size}), "bf16", rows, std::move(speed));
  }

  // One token is judged by its state, read and written; D = 128.
  void lightning(std::int64_t tokens, std::int64_t heads) {
    RandomWeights random(context_, DType::kF32);
    const ConstTensorView qkv = random.vector({tokens, heads, 3, kHeadDim}, 0.0F, 0.1F);
    const ConstTensorView slopes = random.vector({heads}, 0.05F, 0.0F);
    std::vector<float> state(static_cast<std::size_t>(heads * kHeadDim * kHeadDim));
    float* pointer = state.data();
    const SequenceSpan span{0, tokens};
    const TensorView out = result({tokens, heads, kHeadDim});
    Speed speed = time([&] {
      return kernels::lightning_attention(context_, {qkv, slopes, {&span, 1}, {&pointer, 1}, out});
    });
    if (tokens == 1) by_bytes(speed, 2 * sizeof(float) * static_cast<double>(state.size()));
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
    std::vector<float*> pointers;
    for (std::int64_t p = 0; p < pages; ++p) pointers.push_back(&memory[p * kPageFloats]);
    const ConstTensorView q = random.vector({tokens, kHeads, kHeadDim}, 0.0F, 1.0F);
    const ConstTensorView kv = random.vector({tokens, 1, kHeadDim}, 0.0F, 1.0F);
    const SequenceSpan span{0, tokens};
    const kernels::KvPages cache{pointers, kPage, depth};
    const TensorView out = result({tokens, kHeads, kHeadDim});
    Speed speed = time([&] {
      return kernels::causal_attention(context_, {q, kv, kv, {&span, 1}, {&cache, 1}, 0.088F, out});
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

  void by_operations(Speed& speed, double operations) const {
    speed.work = operations;
    speed.ceiling = &bench_.ceilings().multiply_add;
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

void run_ops(Bench& bench) {
  OpsBench ops(bench);
  for (const DType dtype : {DType::kF32, DType::kBF16}) {
    ops.linear(512, 512, 1536, dtype);
    ops.linear(577, 1024, 4096, dtype);
    ops.linear(577, 4096, 1024, dtype);
    ops.linear(1, 768, 32000, dtype);
    ops.linear(4, 768, 32000, dtype);
    ops.linear(1, 512, 1536, dtype);
  }
  for (const std::int64_t rows : {1, 8, 512}) ops.expert_ffn(rows, 768, 1152);
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
