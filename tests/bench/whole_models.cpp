// SPDX-License-Identifier: Apache-2.0
// The ops of two whole models in their order, with random weights: what the kernels alone allow.
#include <utility>

#include "tests/bench/bench.h"

namespace arges::kernels::bench {
namespace {

// Shape XS: hidden 512, 4 heads of 128, 1 kv head, 32 experts of 768, two a token, 32000 words.
constexpr std::int64_t kHidden = 512, kHeads = 4, kWidth = 128, kFfn = 768, kExperts = 32;
constexpr std::int64_t kWords = 32000, kLayers = 8, kPageTokens = 128;

struct Layer {
  Matrix qkv, gate, out, router;  // a softmax layer's qkv is [(heads + 2) · D, hidden]
  std::vector<ExpertWeights> experts;
  std::vector<float> state;
};

Layer make_layer(bool lightning, DType dtype) {
  Layer layer;
  const std::int64_t rows = lightning ? 3 * kHeads * kWidth : (kHeads + 2) * kWidth;
  layer.qkv = random_weight(rows, kHidden, dtype);
  layer.gate = random_weight(kHeads * kWidth, kHidden, dtype);
  layer.out = random_weight(kHidden, kHeads * kWidth, dtype);
  layer.router = random_weight(kExperts, kHidden, DType::kF32);
  for (int e = 0; e < kExperts; ++e) {
    layer.experts.push_back({random_weight(kFfn, kHidden, dtype),
                             random_weight(kFfn, kHidden, dtype),
                             random_weight(kHidden, kFfn, dtype)});
  }
  layer.state.assign(static_cast<std::size_t>(kHeads * kWidth * kWidth), 0.0f);
  return layer;
}

// Owns the activations of one step and runs the ops over them.
class LanguageModel {
 public:
  explicit LanguageModel(DType dtype) : head_(random_weight(kWords, kHidden, dtype)) {
    for (std::int64_t l = 0; l < kLayers; ++l) layers_.push_back(make_layer(l != 7, dtype));
  }

  // One step of `tokens` tokens after `length` others.
  Status step(std::int64_t tokens, std::int64_t length) {
    tokens_ = tokens;
    x_ = noise(tokens * kHidden);
    h_ = wide_ = mixed_ = x_;
    for (std::size_t l = 0; l < layers_.size(); ++l) {
      ARGES_RETURN_IF_ERROR(norm(x_, h_));
      ARGES_RETURN_IF_ERROR(l == 7 ? softmax(layers_[l], length) : lightning(layers_[l]));
      ARGES_RETURN_IF_ERROR(add(h_, mixed_, x_));
      ARGES_RETURN_IF_ERROR(norm(x_, h_));
      ARGES_RETURN_IF_ERROR(experts(layers_[l]));
      ARGES_RETURN_IF_ERROR(add(h_, mixed_, x_));
    }
    std::vector<float> logits(static_cast<std::size_t>(kWords));
    const float* last = x_.data() + (tokens - 1) * kHidden;
    return linear(context(), {.x = view_f32(last, {1, kHidden}),
                              .weight = &head_,
                              .bias = {},
                              .out = view_f32(logits.data(), {1, kWords})});
  }

 private:
  using Values = std::vector<float>;

  ConstTensorView rows(const Values& v) const { return view_f32(v.data(), {tokens_, kHidden}); }
  TensorView rows(Values& v) const { return view_f32(v.data(), {tokens_, kHidden}); }

  Status norm(const Values& from, Values& to) {
    return rms_norm(
        context(), {.x = rows(from), .weight = view_f32(ones_.data(), {kHidden}), .out = rows(to)});
  }
  Status add(const Values& a, const Values& b, Values& to) {
    return scaled_add(context(), {.a = rows(a), .b = rows(b), .alpha = 2.0f, .out = rows(to)});
  }
  Status map(const Values& from, const Matrix& weight, Values& to,
             Activation activation = Activation::kNone) {
    to.resize(static_cast<std::size_t>(tokens_ * weight.rows));
    return linear(context(), {.x = rows(from),
                              .weight = &weight,
                              .bias = {},
                              .activation = activation,
                              .out = view_f32(to.data(), {tokens_, weight.rows})});
  }

  Status lightning(Layer& layer) {
    ARGES_RETURN_IF_ERROR(map(h_, layer.qkv, qkv_, Activation::kSilu));
    const SequenceSpan span{0, tokens_};
    float* state = layer.state.data();
    ARGES_RETURN_IF_ERROR(lightning_attention(
        context(), {.qkv = view_f32(std::as_const(qkv_).data(), {tokens_, kHeads, 3, kWidth}),
                    .slopes = view_f32(slopes_.data(), {kHeads}),
                    .sequences = {&span, 1},
                    .states = {&state, 1},
                    .out = view_f32(wide_.data(), {tokens_, kHeads, kWidth})}));
    ARGES_RETURN_IF_ERROR(norm(wide_, wide_));
    ARGES_RETURN_IF_ERROR(map(h_, layer.gate, gate_, Activation::kSigmoid));
    ARGES_RETURN_IF_ERROR(
        multiply(context(), {.a = rows(gate_), .b = rows(wide_), .out = rows(wide_)}));
    return map(wide_, layer.out, mixed_);
  }

  Status softmax(Layer& layer, std::int64_t length) {
    ARGES_RETURN_IF_ERROR(map(h_, layer.qkv, qkv_));
    while (static_cast<std::int64_t>(pages_.size()) * kPageTokens < length + tokens_) {
      pages_.emplace_back(static_cast<std::size_t>(2 * kPageTokens * kWidth), 0.0f);
      page_data_.push_back(pages_.back().data());
    }
    const SequenceSpan span{0, tokens_};
    const KvPages cache{page_data_, kPageTokens, length};
    const float* q = qkv_.data();
    const float* k = q + tokens_ * kHeads * kWidth;
    const float* v = k + tokens_ * kWidth;
    ARGES_RETURN_IF_ERROR(
        causal_attention(context(), {.q = view_f32(q, {tokens_, kHeads, kWidth}),
                                     .k = view_f32(k, {tokens_, 1, kWidth}),
                                     .v = view_f32(v, {tokens_, 1, kWidth}),
                                     .sequences = {&span, 1},
                                     .caches = {&cache, 1},
                                     .scale = 0.088f,
                                     .out = view_f32(wide_.data(), {tokens_, kHeads, kWidth})}));
    return map(wide_, layer.out, mixed_);
  }

  Status experts(Layer& layer) {
    ARGES_RETURN_IF_ERROR(map(h_, layer.router, logits_));
    ids_.resize(static_cast<std::size_t>(2 * tokens_));
    weights_.resize(ids_.size());
    const TensorView ids{ids_.data(), DType::kI32, {tokens_, 2}, Device::kCpu};
    const TensorView weights = view_f32(weights_.data(), {tokens_, 2});
    ARGES_RETURN_IF_ERROR(
        route_top_k(context(), {.logits = view_f32(logits_.data(), {tokens_, kExperts}),
                                .expert_ids = ids,
                                .weights = weights}));
    return expert_ffn(context(), {.x = rows(h_),
                                  .expert_ids = ids,
                                  .weights = weights,
                                  .experts = layer.experts,
                                  .out = rows(mixed_)});
  }

  std::vector<Layer> layers_;
  Matrix head_;
  std::int64_t tokens_ = 0;
  Values x_, h_, wide_, mixed_, qkv_, gate_, logits_, weights_;
  Values ones_ = Values(kHidden, 1.0f), slopes_ = Values(kHeads, 0.05f);
  std::vector<std::int32_t> ids_;
  std::vector<Values> pages_;
  std::vector<float*> page_data_;
};

// Arguments: tokens a step, tokens before, bf16?
void language_xs(benchmark::State& state) {
  LanguageModel model(state.range(2) != 0 ? DType::kBF16 : DType::kF32);
  for (auto _ : state) run(state, model.step(state.range(0), state.range(1)));
  state.counters["tokens"] = benchmark::Counter(
      static_cast<double>(state.iterations() * state.range(0)), benchmark::Counter::kIsRate);
}
BENCHMARK(language_xs)
    ->Args({512, 0, 0})
    ->Args({512, 0, 1})
    ->Args({1, 512, 0})
    ->Args({1, 512, 1})
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

// CLIP ViT-L/14-336: 24 layers, 1024 wide, 16 heads of 64, inner 4096, 577 tokens (§4.1).
struct VisionLayer {
  Matrix qkv[3], out, up, down;
};

class VisionModel {
 public:
  VisionModel() {
    for (int l = 0; l < 24; ++l) {
      VisionLayer layer;
      for (Matrix& m : layer.qkv) m = random_weight(kWide, kWide, DType::kF32);
      layer.out = random_weight(kWide, kWide, DType::kF32);
      layer.up = random_weight(4 * kWide, kWide, DType::kF32);
      layer.down = random_weight(kWide, 4 * kWide, DType::kF32);
      layers_.push_back(layer);
    }
  }

  Status encode() {
    x_ = noise(kTokens * kWide);
    h_ = mixed_ = q_ = k_ = v_ = x_;
    inner_.resize(4 * x_.size());
    for (const VisionLayer& layer : layers_) ARGES_RETURN_IF_ERROR(run_layer(layer));
    return {};
  }

 private:
  static constexpr std::int64_t kTokens = 577, kWide = 1024;
  using Values = std::vector<float>;

  static TensorView rows(Values& v) { return view_f32(v.data(), {kTokens, kWide}); }
  static TensorView heads(Values& v) { return view_f32(v.data(), {1, kTokens, 16, 64}); }

  Status norm() {
    const ConstTensorView weight = view_f32(std::as_const(ones_).data(), {kWide});
    return layer_norm(context(),
                      {.x = rows(x_), .weight = weight, .bias = weight, .out = rows(h_)});
  }
  Status map(Values& from, const Matrix& weight, Values& to,
             Activation activation = Activation::kNone) {
    const ConstTensorView bias = view_f32(std::as_const(ones_).data(), {weight.rows});
    return linear(context(), {.x = view_f32(from.data(), {kTokens, weight.cols}),
                              .weight = &weight,
                              .bias = bias,
                              .activation = activation,
                              .out = view_f32(to.data(), {kTokens, weight.rows})});
  }
  Status add() {
    return scaled_add(context(), {.a = rows(x_), .b = rows(mixed_), .out = rows(x_)});
  }

  Status run_layer(const VisionLayer& layer) {
    ARGES_RETURN_IF_ERROR(norm());
    ARGES_RETURN_IF_ERROR(map(h_, layer.qkv[0], q_));
    ARGES_RETURN_IF_ERROR(map(h_, layer.qkv[1], k_));
    ARGES_RETURN_IF_ERROR(map(h_, layer.qkv[2], v_));
    ARGES_RETURN_IF_ERROR(bidirectional_attention(
        context(),
        {.q = heads(q_), .k = heads(k_), .v = heads(v_), .scale = 0.125f, .out = heads(h_)}));
    ARGES_RETURN_IF_ERROR(map(h_, layer.out, mixed_));
    ARGES_RETURN_IF_ERROR(add());
    ARGES_RETURN_IF_ERROR(norm());
    ARGES_RETURN_IF_ERROR(map(h_, layer.up, inner_, Activation::kGeluErf));
    ARGES_RETURN_IF_ERROR(map(inner_, layer.down, mixed_));
    return add();
  }

  std::vector<VisionLayer> layers_;
  Values x_, h_, q_, k_, v_, mixed_, inner_;
  Values ones_ = Values(4 * kWide, 0.1f);
};

void vision_large_tile(benchmark::State& state) {
  VisionModel model;
  for (auto _ : state) run(state, model.encode());
}
BENCHMARK(vision_large_tile)->UseRealTime()->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace arges::kernels::bench
