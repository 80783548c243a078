// SPDX-License-Identifier: Apache-2.0
// A picture's tiles through an image encoder of the release's size (ViT-L/14-336, 24 layers), from
// the rows of their patches to the last hidden state.
#include <cmath>
#include <memory>

#include "kernels/cuda/bidirectional_attention.h"
#include "kernels/cuda/layer_norm.h"
#include "kernels/cuda/linear.h"
#include "tests/bench/cuda/measure.cuh"
#include "tests/bench/cuda/vit_bench.cuh"

namespace arges::bench {

namespace {

using namespace kernels::cuda;
using Bf16Array = DeviceArray<__nv_bfloat16>;

constexpr int kWidth = 1024;
constexpr int kFfn = 4096;
constexpr int kHeads = 16;
constexpr int kLayers = 24;
constexpr int kTokens = 577;
constexpr int kPatchInputs = 592;  // 3 · 14², up to a multiple of 16

Bf16Array random_weights(int outputs, int inputs, unsigned seed) {
  return random_bf16(static_cast<std::size_t>(outputs) * static_cast<std::size_t>(inputs),
                     1.0f / std::sqrt(static_cast<float>(inputs)), seed);
}

DeviceArray<float> filled(int count, float value) {
  return DeviceArray<float>(std::vector<float>(static_cast<std::size_t>(count), value));
}

struct VitLayer {
  explicit VitLayer(unsigned seed)
      : qkv(random_weights(3 * kWidth, kWidth, seed)),
        out(random_weights(kWidth, kWidth, seed + 1)),
        fc1(random_weights(kFfn, kWidth, seed + 2)),
        fc2(random_weights(kWidth, kFfn, seed + 3)) {}

  Bf16Array qkv, out, fc1, fc2;
};

class Tiles {
 public:
  Tiles(const std::vector<std::unique_ptr<VitLayer>>& layers, int tiles, cudaStream_t stream)
      : layers_(layers),
        tiles_(tiles),
        rows_(tiles * kTokens),
        stream_(stream),
        patches_(random_bf16(elements(kPatchInputs))),
        x_(elements(kWidth)),
        n_(elements(kWidth)),
        qkv_(elements(3 * kWidth)),
        z_(elements(kWidth)),
        wide_(elements(kFfn)) {}

  void queue() {
    product(patches_, kPatchInputs, embedding_, kWidth, nullptr, LinearActivation::kNone);
    norm(nullptr);
    for (const auto& layer : layers_) {
      norm(n_.get());
      product(n_, kWidth, layer->qkv, 3 * kWidth, qkv_.get(), LinearActivation::kNone);
      attend();
      add(z_, kWidth, layer->out);
      norm(n_.get());
      product(n_, kWidth, layer->fc1, kFfn, wide_.get(), LinearActivation::kGeluErf);
      add(wide_, kFfn, layer->fc2);
    }
  }

  bool finite() const {
    const std::vector<float> x = x_.download();
    return std::ranges::all_of(x, [](float value) { return std::isfinite(value); });
  }

  // Of matrix products and attention.
  double operations() const {
    const double layer = 2.0 * kWidth * (4.0 * kWidth + 2.0 * kFfn) + 4.0 * kTokens * kWidth;
    return rows_ * (kLayers * layer + 2.0 * kWidth * 588);
  }

 private:
  std::size_t elements(int width) const {
    return static_cast<std::size_t>(rows_) * static_cast<std::size_t>(width);
  }

  LinearArgs args_of(const Bf16Array& x, int inputs, const Bf16Array& w, int outputs) const {
    LinearArgs args;
    args.x = x.get();
    args.x_stride = inputs;
    args.rows = rows_;
    args.w = w.get();
    args.outputs = outputs;
    args.inputs = inputs;
    args.bias = bias_.get();
    args.y_stride = outputs;
    return args;
  }

  // Into bf16 rows y, or into x.
  void product(const Bf16Array& x, int inputs, const Bf16Array& w, int outputs, void* y,
               LinearActivation activation) {
    LinearArgs args = args_of(x, inputs, w, outputs);
    args.y = y;
    args.sums = y == nullptr ? x_.get() : nullptr;
    args.activation = activation;
    must(linear(args, stream_));
  }

  void add(const Bf16Array& z, int inputs, const Bf16Array& w) {
    LinearArgs args = args_of(z, inputs, w, kWidth);
    args.sums = x_.get();
    args.residual.x = x_.get();
    must(linear(args, stream_));
  }

  // Into bf16 rows, or x in place.
  void norm(void* n) {
    LayerNormArgs args;
    args.x = x_.get();
    args.rows = rows_;
    args.width = kWidth;
    args.weight = ones_.get();
    args.bias = bias_.get();
    args.n = n;
    args.normed = n == nullptr ? x_.get() : nullptr;
    must(layer_norm(args, stream_));
  }

  void attend() {
    BidirectionalAttentionArgs args;
    args.rows = qkv_.get();
    args.row_stride = 3 * kWidth;
    args.k_column = kWidth;
    args.v_column = 2 * kWidth;
    args.tiles = tiles_;
    args.tokens = kTokens;
    args.heads = kHeads;
    args.scale = 0.125f;
    args.z = z_.get();
    args.z_stride = kWidth;
    must(bidirectional_attention(args, stream_));
  }

  const std::vector<std::unique_ptr<VitLayer>>& layers_;
  int tiles_;
  int rows_;
  cudaStream_t stream_;
  Bf16Array patches_;
  DeviceArray<float> x_;
  Bf16Array n_;
  Bf16Array qkv_;
  Bf16Array z_;
  Bf16Array wide_;
  Bf16Array embedding_ = random_weights(kWidth, kPatchInputs, 5);
  DeviceArray<float> ones_ = filled(kWidth, 1.0f);
  DeviceArray<float> bias_ = filled(kFfn, 0.0f);
};

}  // namespace

void measure_vit(cudaStream_t stream) {
  if (!wanted("vit")) return;
  std::vector<std::unique_ptr<VitLayer>> layers;
  for (unsigned l = 0; l < kLayers; ++l) layers.push_back(std::make_unique<VitLayer>(10 * l));
  for (const int count : {1, 8, 37}) {
    Tiles tiles(layers, count, stream);
    const double seconds = time_of([&](int) { tiles.queue(); }, stream);
    if (!tiles.finite()) std::printf("FAIL vit: x is not finite\n");
    std::printf("%-52s %10.4f ms  %6.1f TFLOP/s\n",
                ("vit L/14-336, 24 layers, " + std::to_string(count) + " tiles").c_str(),
                seconds * 1e3, tiles.operations() / seconds * 1e-12);
    std::fflush(stdout);
  }
}

}  // namespace arges::bench
