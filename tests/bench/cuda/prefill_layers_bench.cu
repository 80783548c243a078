// SPDX-License-Identifier: Apache-2.0
// A prompt through four layers of a model of true dimensions, in chunks of 8192 tokens.
#include <cmath>
#include <memory>

#include "kernels/cuda/causal_attention.h"
#include "kernels/cuda/rms_norm.h"
#include "kernels/cuda/rotary_embedding.h"
#include "tests/bench/cuda/true_layers.cuh"

namespace arges::bench {

namespace {

constexpr int kChunkRows = 8192;
constexpr std::size_t kStateFloats = std::size_t{kWidth} * kHeadWidth;
constexpr std::size_t kPageElements = std::size_t{kKvHeads} * 2 * kPageTokens * kHeadWidth;

std::vector<std::int32_t> counting(int count, int first = 0) {
  std::vector<std::int32_t> values;
  for (int i = 0; i < count; ++i) values.push_back(first + i);
  return values;
}

class Prompt {
 public:
  Prompt(const std::vector<std::unique_ptr<Layer>>& layers, int tokens, cudaStream_t stream)
      : layers_(layers),
        chunks_(tokens / kChunkRows),
        stream_(stream),
        x_(uniform_rows(kChunkRows)),
        n_(std::size_t{kChunkRows} * kHidden),
        y_(std::size_t{kChunkRows} * 4 * kWidth),
        z_(std::size_t{kChunkRows} * kWidth),
        sorted_(std::size_t{kChunkRows} * kTop * kHidden),
        inner_(std::size_t{kChunkRows} * kTop * kFfn),
        expert_rows_(std::size_t{kChunkRows} * kTop * kHidden),
        squares_(std::size_t{kChunkRows} * kHeads * kSquareParts),
        totals_(kChunkRows),
        final_rms_(kChunkRows),
        states_(zeros(3 * kStateFloats)),
        pages_(random_bf16(static_cast<std::size_t>(tokens / kPageTokens) * kPageElements)),
        table_(counting(tokens / kPageTokens)),
        sequences_(std::vector<std::int32_t>(kChunkRows, 0)),
        positions_(counting(tokens)),
        slopes_(true_slopes()),
        frequencies_(true_frequencies()),
        ticket_(1),
        progress_(2) {
    ticket_.fill_bytes(0);
    progress_.fill_bytes(0);
    std::vector<LightningSpan> spans;
    std::vector<AttentionSpan> attention;
    for (int c = 0; c < chunks_; ++c) {
      spans.push_back({0, kChunkRows, 0, c == 0});
      attention.push_back({0, kChunkRows, c * kChunkRows, 0});
    }
    spans_ = std::make_unique<DeviceArray<LightningSpan>>(spans);
    attention_spans_ = std::make_unique<DeviceArray<AttentionSpan>>(attention);
    for (int c = 0; c < chunks_; ++c) prepare(c);
  }

  // Every chunk begins with what the last one left in x: all rows stay of the same size.
  void queue() {
    for (int c = 0; c < chunks_; ++c) {
      for (int l = 0; l < kLayers; ++l) layer(c, l);
      normalize(kLayers, layers_[0]->norm.get(), final_rms_.get());
    }
  }

  bool finite() const {
    const std::vector<float> x = x_.download();
    return std::ranges::all_of(x, [](float value) { return std::isfinite(value); });
  }

  // Operations of matrix products and attention.
  static double operations(int tokens) {
    double row = 0.0;
    for (int l = 0; l < kLayers; ++l) {
      row += 2.0 * kHidden * inputs_of(l) + 2.0 * kHidden * kWidth + 6.0 * kTop * kHidden * kFfn;
    }
    return tokens * row + 2.0 * kWidth * tokens * static_cast<double>(tokens);
  }

 private:
  void prepare(int chunk) {
    for (int l = 0; l < kSoftmaxLayer; ++l) {
      LightningPrefillArgs args;
      args.layer.rows = y_.get();
      args.layer.row_count = kChunkRows;
      args.layer.row_stride = 4 * kWidth;
      args.layer.gate_column = 3 * kWidth;
      args.layer.norm = layers_[static_cast<std::size_t>(l)]->inner_norm.get();
      args.layer.slopes = slopes_.get();
      args.layer.heads = kHeads;
      args.layer.states = states_.get() + static_cast<std::size_t>(l) * kStateFloats;
      args.layer.slot_stride = static_cast<std::int64_t>(kStateFloats);
      args.layer.z = z_.get();
      args.layer.z_stride = kWidth;
      args.layer.square_sums = squares_.get();
      args.layer.silu = SiluForm::kDone;
      args.spans = spans_->get() + chunk;
      args.span_count = 1;
      args.progress = progress_.get();
      auto created = LightningPrefill::create(args);
      must(created.status());
      lightning_.push_back(*created);
    }
    CausalAttentionArgs args;
    args.q = y_.get();
    args.row_count = kChunkRows;
    args.q_stride = inputs_of(kSoftmaxLayer);
    args.pages = pages_.get();
    args.page_count = static_cast<std::int64_t>(table_.size());
    args.page_stride = static_cast<std::int64_t>(kPageElements);
    args.page_table = table_.get();
    args.table_stride = static_cast<std::int64_t>(table_.size());
    args.spans = attention_spans_->get() + chunk;
    args.span_count = 1;
    args.max_rows = kChunkRows;
    args.kv_heads = kKvHeads;
    args.z = z_.get();
    args.z_stride = kWidth;
    auto created = CausalAttention::create(args);
    must(created.status());
    causal_.push_back(*created);
  }

  void layer(int chunk, int l) {
    const Layer& layer = *layers_[static_cast<std::size_t>(l)];
    const bool softmax = l == kSoftmaxLayer;
    normalize(l, layer.norm.get(), layer.inverse_rms.get());
    LinearArgs in = product(n_.get(), kHidden, layer.in.get(), inputs_of(l), y_.get(), nullptr);
    if (!softmax) in.activation = LinearActivation::kLightning;
    in.gate_column = 3 * kWidth;
    must(linear(in, stream_));
    LinearArgs out = product(z_.get(), kWidth, layer.out.get(), kHidden, nullptr, x_.get());
    out.residual = {x_.get(), layer.inverse_rms.get(), layer.norm.get(), kAlpha, 1.0f};
    if (softmax) {
      append(chunk);
      must(causal_[static_cast<std::size_t>(chunk)].run(stream_));
    } else {
      must(lightning_[static_cast<std::size_t>(chunk * kSoftmaxLayer + l)].run(stream_));
      must(sum_square_parts(squares_.get(), kHeads * kSquareParts, kChunkRows, totals_.get(),
                            stream_));
      out.square_sums = totals_.get();
      out.square_stride = kChunkRows;
      out.square_parts = 1;
      out.epsilon = kEpsilon;
    }
    must(linear(out, stream_));
    experts(layer);
  }

  static LinearArgs product(const __nv_bfloat16* x, int inputs, const __nv_bfloat16* w, int outputs,
                            void* y, float* sums) {
    LinearArgs args;
    args.x = x;
    args.x_stride = inputs;
    args.rows = kChunkRows;
    args.w = w;
    args.outputs = outputs;
    args.inputs = inputs;
    args.y = y;
    args.sums = sums;
    args.y_stride = outputs;
    return args;
  }

  // The norm of layer l, behind the experts of the layer before.
  void normalize(int l, const float* norm, float* inverse_rms) {
    RmsNormArgs args;
    args.x = x_.get();
    args.rows = kChunkRows;
    args.width = kHidden;
    args.norm = norm;
    args.epsilon = kEpsilon;
    args.n = n_.get();
    args.inverse_rms = inverse_rms;
    args.early = false;
    if (l > 0) {
      const Layer& before = *layers_[static_cast<std::size_t>(l - 1)];
      args.expert_rows = expert_rows_.get();
      args.top = kTop;
      args.residual = {x_.get(), before.expert_inverse_rms.get(), before.expert_norm.get(), kAlpha,
                       1.0f};
    }
    must(rms_norm(args, stream_));
  }

  void append(int chunk) {
    RotaryAppendArgs args;
    args.rows = y_.get();
    args.row_stride = inputs_of(kSoftmaxLayer);
    args.positions = positions_.get() + chunk * kChunkRows;
    args.sequences = sequences_.get();
    args.frequencies = frequencies_.get();
    args.rotary_dim = kRotaryDim;
    args.pages = pages_.get();
    args.page_stride = static_cast<std::int64_t>(kPageElements);
    args.page_table = table_.get();
    args.table_stride = static_cast<std::int64_t>(table_.size());
    args.row_count = kChunkRows;
    args.kv_heads = kKvHeads;
    args.early = false;
    must(rotary_append(args, stream_));
  }

  void experts(const Layer& layer) {
    RouteTopKArgs route;
    route.x = x_.get();
    route.rows = kChunkRows;
    route.width = kHidden;
    route.norm = layer.expert_norm.get();
    route.epsilon = kEpsilon;
    route.router = layer.router.get();
    route.experts = kExperts;
    route.top = kTop;
    route.n = n_.get();
    route.inverse_rms = layer.expert_inverse_rms.get();
    route.logits = layer.logits.get();
    route.ticket = ticket_.get();
    route.routing = layer.routing();
    must(route_top_k(route, stream_));
    ExpertFfnArgs args;
    args.n = n_.get();
    args.rows = kChunkRows;
    args.hidden = kHidden;
    args.ffn = kFfn;
    args.experts = kExperts;
    args.top = kTop;
    args.routing = layer.routing();
    args.gate_up = layer.bank->gate_up.get();
    args.down = layer.bank->down.get();
    args.sorted = sorted_.get();
    args.inner = inner_.get();
    args.out = expert_rows_.get();
    must(expert_ffn(args, stream_));
  }

  const std::vector<std::unique_ptr<Layer>>& layers_;
  int chunks_;
  cudaStream_t stream_;
  DeviceArray<float> x_;
  Bf16Array n_;
  Bf16Array y_;
  Bf16Array z_;
  Bf16Array sorted_;
  Bf16Array inner_;
  DeviceArray<float> expert_rows_;
  DeviceArray<float> squares_;
  DeviceArray<float> totals_;
  DeviceArray<float> final_rms_;
  DeviceArray<float> states_;
  Bf16Array pages_;
  DeviceArray<std::int32_t> table_;
  DeviceArray<std::int32_t> sequences_;
  DeviceArray<std::int32_t> positions_;
  DeviceArray<float> slopes_;
  DeviceArray<double> frequencies_;
  DeviceArray<std::uint32_t> ticket_;
  DeviceArray<std::uint32_t> progress_;
  std::unique_ptr<DeviceArray<LightningSpan>> spans_;
  std::unique_ptr<DeviceArray<AttentionSpan>> attention_spans_;
  std::vector<LightningPrefill> lightning_;  // [chunk][layer]
  std::vector<CausalAttention> causal_;      // [chunk]
};

}  // namespace

void measure_prefill_layers(cudaStream_t stream) {
  if (!wanted("layers of prompts")) return;
  const auto layers = make_layers(kChunkRows, std::size_t{8} << 30);
  if (layers.empty()) return;
  for (const int tokens : {8192, 32768}) {
    Prompt prompt(layers, tokens, stream);
    const double seconds = time_of([&](int) { prompt.queue(); }, stream, 9);
    if (!prompt.finite()) std::printf("FAIL layers of prompts: x is not finite\n");
    std::printf("%-52s %10.4f ms  %6.1f TFLOP/s\n",
                ("layers of prompts, 4 layers, " + std::to_string(tokens) + " tokens").c_str(),
                seconds * 1e3, Prompt::operations(tokens) / seconds * 1e-12);
    std::fflush(stdout);
  }
}

}  // namespace arges::bench
