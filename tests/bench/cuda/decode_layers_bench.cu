// SPDX-License-Identifier: Apache-2.0
// One token for each of a few sequences through four layers of a model of true dimensions, three of
// lightning attention and one of softmax attention, as one CUDA graph; and parts of it alone.
#include <cmath>
#include <memory>

#include "kernels/cuda/rms_norm.h"
#include "kernels/cuda/rotary_embedding.h"
#include "tests/bench/cuda/true_layers.cuh"

namespace arges::bench {

namespace {

constexpr int kContext = 1023;  // tokens before this one
constexpr int kMostRows = 64;

// Which kernels of a step.
enum class Part { kAll, kExperts, kDense, kRest };

class Step {
 public:
  Step(const std::vector<std::unique_ptr<Layer>>& layers, int rows)
      : layers_(layers),
        rows_(rows),
        x_(uniform_rows(rows)),
        n_(size(kHidden)),
        y_(size(4 * kWidth)),
        z_(size(kWidth)),
        inner_(size(kTop * kFfn)),
        expert_rows_(size(kTop * kHidden)),
        squares_(size(kHeads * kSquareParts)),
        states_(zeros(3 * size(kWidth * kHeadWidth))),
        pages_(random_bf16(size(kPages) * kPageElements)),
        scratch_(static_cast<std::size_t>(
            decode_attention_scratch_floats(rows, kKvHeads, kContext + 1))),
        slots_(counting(rows)),
        table_(counting(rows * kPages)),
        positions_(std::vector<std::int32_t>(static_cast<std::size_t>(rows), kContext)),
        lengths_(std::vector<std::int32_t>(static_cast<std::size_t>(rows), kContext + 1)),
        slopes_(true_slopes()),
        frequencies_(true_frequencies()),
        ticket_(1),
        final_rms_(size(1)) {
    ticket_.fill_bytes(0);
  }

  void queue(Part part, bool early, cudaStream_t stream) {
    stream_ = stream;
    early_ = early;
    first_ = true;
    for (int l = 0; l < kLayers; ++l) {
      const Layer& layer = *layers_[static_cast<std::size_t>(l)];
      const bool softmax = l == kSoftmaxLayer;
      const bool rest = part == Part::kAll || part == Part::kRest;
      if (rest) normalize(l, layer.norm.get(), layer.inverse_rms.get());
      if (part == Part::kAll || part == Part::kDense) {
        LinearArgs args =
            product(n_.get(), kHidden, layer.in.get(), inputs_of(l), y_.get(), nullptr);
        if (!softmax) args.activation = LinearActivation::kLightning;
        args.gate_column = 3 * kWidth;
        must(linear(args, stream));
      }
      if (rest && softmax) attend(stream);
      if (rest && !softmax) remember(l, layer, stream);
      if (part == Part::kAll || part == Part::kDense) {
        LinearArgs args = product(z_.get(), kWidth, layer.out.get(), kHidden, nullptr, x_.get());
        if (!softmax) {
          args.square_sums = squares_.get();
          args.square_parts = kHeads * kSquareParts;
          args.square_stride = rows_;
          args.epsilon = kEpsilon;
        }
        args.residual = {x_.get(), layer.inverse_rms.get(), layer.norm.get(), kAlpha, 1.0f};
        must(linear(args, stream));
      }
      if (rest) route(layer, stream);
      if (part == Part::kAll || part == Part::kExperts) experts(layer, stream);
    }
    if (part == Part::kAll || part == Part::kRest) {
      normalize(kLayers, layers_[0]->norm.get(), final_rms_.get());
    }
  }

  // Bytes that a step cannot do without, from the routing of the last one.
  double bytes(Part part) const {
    double sum = 0.0;
    for (int l = 0; l < kLayers; ++l) {
      const double dense = 2.0 * kHidden * inputs_of(l) + 2.0 * kHidden * kWidth;
      const double experts = layers_[static_cast<std::size_t>(l)]->active.download()[0];
      const double state = l == kSoftmaxLayer ? 2.0 * 2 * (kContext + 1) * kKvHeads * kHeadWidth
                                              : 2.0 * 4 * kWidth * kHeadWidth;
      if (part == Part::kAll || part == Part::kDense) sum += dense;
      if (part == Part::kAll || part == Part::kExperts) {
        sum += experts * 3.0 * 2.0 * kHidden * kFfn;
      }
      if (part == Part::kAll || part == Part::kRest) sum += rows_ * state;
    }
    return sum;
  }

  std::vector<float> x() const { return x_.download(); }

 private:
  static constexpr int kPages = (kContext + kPageTokens) / kPageTokens;
  static constexpr std::size_t kPageElements = std::size_t{kKvHeads} * 2 * kPageTokens * kHeadWidth;

  std::size_t size(int each) const {
    return static_cast<std::size_t>(rows_) * static_cast<std::size_t>(each);
  }
  static std::vector<std::int32_t> counting(int count) {
    std::vector<std::int32_t> values;
    for (int i = 0; i < count; ++i) values.push_back(i);
    return values;
  }
  // The first kernel of a graph has none before it.
  bool early() {
    const bool first = std::exchange(first_, false);
    return early_ && !first;
  }

  LinearArgs product(const __nv_bfloat16* x, int inputs, const __nv_bfloat16* w, int outputs,
                     void* y, float* sums) {
    LinearArgs args;
    args.x = x;
    args.x_stride = inputs;
    args.rows = rows_;
    args.w = w;
    args.outputs = outputs;
    args.inputs = inputs;
    args.y = y;
    args.sums = sums;
    args.y_stride = outputs;
    args.early = early();
    return args;
  }

  // The norm of layer l, behind the experts of the layer before.
  void normalize(int l, const float* norm, float* inverse_rms) {
    RmsNormArgs args;
    args.x = x_.get();
    args.rows = rows_;
    args.width = kHidden;
    args.norm = norm;
    args.epsilon = kEpsilon;
    args.n = n_.get();
    args.inverse_rms = inverse_rms;
    args.early = early();
    if (l > 0) {
      const Layer& before = *layers_[static_cast<std::size_t>(l - 1)];
      args.expert_rows = expert_rows_.get();
      args.top = kTop;
      args.residual = {x_.get(), before.expert_inverse_rms.get(), before.expert_norm.get(), kAlpha,
                       1.0f};
    }
    must(rms_norm(args, stream_));
  }

  void remember(int l, const Layer& layer, cudaStream_t stream) {
    LightningStepArgs args;
    args.layer.rows = y_.get();
    args.layer.row_count = rows_;
    args.layer.row_stride = 4 * kWidth;
    args.layer.gate_column = 3 * kWidth;
    args.layer.norm = layer.inner_norm.get();
    args.layer.slopes = slopes_.get();
    args.layer.heads = kHeads;
    args.layer.states = states_.get() + static_cast<std::size_t>(l) * size(kWidth * kHeadWidth);
    args.layer.slot_stride = std::int64_t{kWidth} * kHeadWidth;
    args.layer.z = z_.get();
    args.layer.z_stride = kWidth;
    args.layer.square_sums = squares_.get();
    args.layer.silu = SiluForm::kDone;
    args.slots = slots_.get();
    must(lightning_step(args, stream));
  }

  void attend(cudaStream_t stream) {
    const std::int64_t stride = inputs_of(kSoftmaxLayer);
    RotaryAppendArgs append;
    append.rows = y_.get();
    append.row_stride = stride;
    append.positions = positions_.get();
    append.frequencies = frequencies_.get();
    append.rotary_dim = kRotaryDim;
    append.pages = pages_.get();
    append.page_stride = static_cast<std::int64_t>(kPageElements);
    append.page_table = table_.get();
    append.table_stride = kPages;
    append.row_count = rows_;
    append.kv_heads = kKvHeads;
    append.early = early();
    must(rotary_append(append, stream));
    DecodeAttentionArgs args;
    args.q = y_.get();
    args.q_stride = stride;
    args.pages = pages_.get();
    args.page_stride = static_cast<std::int64_t>(kPageElements);
    args.page_table = table_.get();
    args.table_stride = kPages;
    args.lengths = lengths_.get();
    args.sequences = rows_;
    args.kv_heads = kKvHeads;
    args.max_tokens = kContext + 1;
    args.scratch = scratch_.get();
    args.z = z_.get();
    args.z_stride = kWidth;
    must(decode_attention(args, stream));
  }

  void route(const Layer& layer, cudaStream_t stream) {
    RouteTopKArgs args;
    args.x = x_.get();
    args.rows = rows_;
    args.width = kHidden;
    args.norm = layer.expert_norm.get();
    args.epsilon = kEpsilon;
    args.router = layer.router.get();
    args.experts = kExperts;
    args.top = kTop;
    args.n = n_.get();
    args.inverse_rms = layer.expert_inverse_rms.get();
    args.logits = layer.logits.get();
    args.ticket = ticket_.get();
    args.routing = layer.routing();
    args.early = early();
    must(route_top_k(args, stream));
  }

  void experts(const Layer& layer, cudaStream_t stream) {
    ExpertFfnArgs args;
    args.n = n_.get();
    args.rows = rows_;
    args.hidden = kHidden;
    args.ffn = kFfn;
    args.experts = kExperts;
    args.top = kTop;
    args.routing = layer.routing();
    args.gate_up = layer.bank->gate_up.get();
    args.down = layer.bank->down.get();
    args.inner = inner_.get();
    args.out = expert_rows_.get();
    args.early = early();
    must(expert_ffn(args, stream));
  }

  const std::vector<std::unique_ptr<Layer>>& layers_;
  int rows_;
  DeviceArray<float> x_;
  Bf16Array n_;
  Bf16Array y_;
  Bf16Array z_;
  Bf16Array inner_;
  DeviceArray<float> expert_rows_;
  DeviceArray<float> squares_;
  DeviceArray<float> states_;
  Bf16Array pages_;
  DeviceArray<float> scratch_;
  DeviceArray<std::int32_t> slots_;
  DeviceArray<std::int32_t> table_;
  DeviceArray<std::int32_t> positions_;
  DeviceArray<std::int32_t> lengths_;
  DeviceArray<float> slopes_;
  DeviceArray<double> frequencies_;
  DeviceArray<std::uint32_t> ticket_;
  DeviceArray<float> final_rms_;
  cudaStream_t stream_ = nullptr;
  bool early_ = true;
  bool first_ = true;
};

// A first step with early starts ends where one without does, bit for bit, and in numbers.
void check_step(const std::vector<std::unique_ptr<Layer>>& layers, int rows,
                const std::string& name, cudaStream_t stream) {
  std::vector<float> ends[2];
  for (const bool early : {false, true}) {
    Step step(layers, rows);
    step.queue(Part::kAll, early, stream);
    must(cudaStreamSynchronize(stream), "step");
    ends[early] = step.x();
  }
  if (!std::ranges::all_of(ends[0], [](float x) { return std::isfinite(x); })) {
    std::printf("FAIL %s: x is not finite\n", name.c_str());
  }
  if (ends[0] != ends[1]) std::printf("FAIL %s: early starts change x\n", name.c_str());
}

void measure(Step& step, const std::string& name, Part part, bool early, double target_ms,
             cudaStream_t stream) {
  cudaGraph_t graph = nullptr;
  cudaGraphExec_t exec = nullptr;
  must(cudaStreamBeginCapture(stream, cudaStreamCaptureModeThreadLocal), "capture");
  step.queue(part, early, stream);
  must(cudaStreamEndCapture(stream, &graph), "capture");
  must(cudaGraphInstantiate(&exec, graph, 0), "instantiate");
  const double seconds =
      time_of([&](int) { must(cudaGraphLaunch(exec, stream), "graph"); }, stream);
  must(cudaGraphExecDestroy(exec), "graph");
  must(cudaGraphDestroy(graph), "graph");
  print_line(name, seconds, step.bytes(part), target_ms);
}

}  // namespace

void measure_decode_layers(cudaStream_t stream) {
  if (!wanted("decode layers")) return;
  const auto layers = make_layers(kMostRows, std::size_t{4} << 30);
  if (layers.empty()) return;
  for (const auto& [rows, target] : {std::pair{1, 1.85}, {8, 7.6}, {64, 18.0}}) {
    const std::string name = "decode layers B" + std::to_string(rows);
    check_step(layers, rows, name, stream);
    Step step(layers, rows);
    measure(step, name + " (graph)", Part::kAll, true, target, stream);
    measure(step, name + " (graph, no early starts)", Part::kAll, false, 0.0, stream);
    measure(step, name + " experts alone", Part::kExperts, true, 0.0, stream);
    measure(step, name + " dense products alone", Part::kDense, true, 0.0, stream);
    measure(step, name + " the rest alone", Part::kRest, true, 0.0, stream);
  }
}

}  // namespace arges::bench
