// SPDX-License-Identifier: Apache-2.0
// What a vision transformer needs beside dense layers, against double precision.
#include <cmath>
#include <cstdio>
#include <cstring>
#include <string>

#include "kernels/cuda/bidirectional_attention.h"
#include "kernels/cuda/layer_norm.h"
#include "tests/kernels/cuda/dense.h"
#include "tests/kernels/cuda/device_array.h"
#include "tests/kernels/cuda/distance.h"
#include "tests/kernels/cuda/report.h"

namespace arges::testing {

namespace {

using namespace kernels::cuda;

constexpr double kBf16Bound = 5e-3;
constexpr double kFp32Bound = 2e-6;

std::size_t size_of(std::int64_t count) {
  return static_cast<std::size_t>(count);
}

// Rows whose mean is far from zero, as a transformer's become.
void check_layer_norm(int rows, int width) {
  std::vector<float> x = random_floats(std::int64_t{rows} * width, 1.0, 71);
  for (float& value : x) value = value * 3.0f + 40.0f;
  const std::vector<float> weight = random_floats(width, 1.0, 72);
  const std::vector<float> bias = random_floats(width, 1.0, 73);
  const DeviceArray<float> device_x(x);
  const DeviceArray<float> device_weight(weight);
  const DeviceArray<float> device_bias(bias);
  DeviceArray<Bf16> n(x.size());
  n.fill_bytes(0xff);
  LayerNormArgs args{device_x.get(), rows, width, device_weight.get(), device_bias.get()};
  args.n = n.get();
  must(layer_norm(args, nullptr));
  args.n = nullptr;
  args.normed = device_x.get();  // in place
  must(layer_norm(args, nullptr));
  must(cudaDeviceSynchronize(), "layer_norm");
  const std::vector<Bf16> narrow = n.download();
  const std::vector<float> wide = device_x.download();
  Distance narrowed;
  Distance normed;
  for (int row = 0; row < rows; ++row) {
    const float* values = &x[size_of(std::int64_t{row} * width)];
    double mean = 0.0;
    for (int i = 0; i < width; ++i) mean += double{values[i]} / width;
    double variance = 0.0;
    for (int i = 0; i < width; ++i) {
      variance += (double{values[i]} - mean) * (double{values[i]} - mean) / width;
    }
    const double scale = 1.0 / std::sqrt(variance + double{args.epsilon});
    for (int i = 0; i < width; ++i) {
      const std::size_t at = size_of(std::int64_t{row} * width + i);
      const double want = (double{values[i]} - mean) * scale * double{weight[size_of(i)]} +
                          double{bias[size_of(i)]};
      narrowed.add(widen(narrow[at]), want);
      normed.add(double{wide[at]}, want);
    }
  }
  char figures[60];
  std::snprintf(figures, sizeof(figures), "bf16 %.2e  fp32 %.2e", narrowed.relative(),
                normed.relative());
  report("layer norm " + std::to_string(rows) + " x " + std::to_string(width),
         narrowed.relative() <= kBf16Bound && normed.relative() <= 10 * kFp32Bound, figures);
}

struct AttentionShape {
  int tiles;
  int tokens;
  int heads;
  VisionPath path = VisionPath::kWhole;
};

// q, k and v lie side by side, with something else before and behind.
class AttentionProblem {
 public:
  explicit AttentionProblem(const AttentionShape& shape)
      : shape_(shape),
        width_(shape.heads * kVisionHeadWidth),
        stride_(3 * width_ + 24),
        rows_(random_matrix(std::int64_t{shape.tiles} * shape.tokens * stride_, 1.5, 74)),
        device_rows_(rows_) {}

  std::vector<Bf16> run(int first_tile, int tiles) const {
    const std::int64_t z_stride = width_ + 2;
    DeviceArray<Bf16> z(size_of(std::int64_t{tiles} * shape_.tokens * z_stride));
    z.fill_bytes(0xff);
    BidirectionalAttentionArgs args;
    args.rows = device_rows_.get() + std::int64_t{first_tile} * shape_.tokens * stride_;
    args.row_stride = stride_;
    args.q_column = 8;
    args.k_column = 8 + width_;
    args.v_column = 16 + 2 * width_;
    args.tiles = tiles;
    args.tokens = shape_.tokens;
    args.heads = shape_.heads;
    args.scale = kScale;
    args.z = z.get();
    args.z_stride = z_stride;
    args.path = shape_.path;
    must(bidirectional_attention(args, nullptr));
    must(cudaDeviceSynchronize(), "bidirectional_attention");
    return z.download();
  }

  void check() const {
    const std::string name = "bidirectional attention, tiles " + std::to_string(shape_.tiles) +
                             " tokens " + std::to_string(shape_.tokens) + " heads " +
                             std::to_string(shape_.heads) +
                             (shape_.path == VisionPath::kWhole ? ", whole" : "");
    const std::vector<Bf16> z = run(0, shape_.tiles);
    std::vector<Distance> distances(size_of(shape_.heads));
    in_parallel(shape_.heads, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t head = begin; head < end; ++head) {
        for (int tile = 0; tile < shape_.tiles; ++tile) {
          compare(z, tile, head, distances[size_of(head)]);
        }
      }
    });
    double worst = 0.0;
    for (const Distance& distance : distances) worst = std::max(worst, distance.relative());
    const int last = shape_.tiles - 1;
    const std::vector<Bf16> alone = run(last, 1);
    const bool same = std::memcmp(alone.data(), &z[size_of(last) * alone.size()],
                                  alone.size() * sizeof(Bf16)) == 0;
    char figures[60];
    std::snprintf(figures, sizeof(figures), "z %.2e%s", worst, same ? "" : "  other bits alone");
    report(name, worst <= kBf16Bound && same, figures);
  }

 private:
  static constexpr float kScale = 0.125f;

  const Bf16* row(int tile, int token, std::int64_t column) const {
    return &rows_[size_of((std::int64_t{tile} * shape_.tokens + token) * stride_ + column)];
  }

  // Some queries of a head of a tile.
  void compare(const std::vector<Bf16>& z, int tile, std::int64_t head, Distance& distance) const {
    const std::int64_t at = head * kVisionHeadWidth;
    const int step = std::max(1, shape_.tokens / 40);
    for (int i = 0; i < shape_.tokens; i += i + step < shape_.tokens ? step : 1) {
      const Bf16* q = row(tile, i, 8 + at);
      std::vector<double> scores;
      double most = -HUGE_VAL;
      for (int j = 0; j < shape_.tokens; ++j) {
        const Bf16* k = row(tile, j, 8 + width_ + at);
        double sum = 0.0;
        for (int c = 0; c < kVisionHeadWidth; ++c) sum += widen(q[c]) * widen(k[c]);
        scores.push_back(sum * double{kScale});
        most = std::max(most, scores.back());
      }
      double weights = 0.0;
      std::vector<double> out(kVisionHeadWidth);
      for (int j = 0; j < shape_.tokens; ++j) {
        const Bf16* v = row(tile, j, 16 + 2 * width_ + at);
        const double weight = std::exp(scores[size_of(j)] - most);
        weights += weight;
        for (int c = 0; c < kVisionHeadWidth; ++c) out[size_of(c)] += weight * widen(v[c]);
      }
      const std::int64_t z_row = (std::int64_t{tile} * shape_.tokens + i) * (width_ + 2);
      for (int c = 0; c < kVisionHeadWidth; ++c) {
        distance.add(widen(z[size_of(z_row + at + c)]), out[size_of(c)] / weights);
      }
    }
  }

  AttentionShape shape_;
  std::int64_t width_;
  std::int64_t stride_;
  std::vector<Bf16> rows_;
  DeviceArray<Bf16> device_rows_;
};

}  // namespace

void check_small_vit() {
  check_layer_norm(5, 1024);
  AttentionProblem({2, 65, 2}).check();
  AttentionProblem({1, 577, 1}).check();
}

void check_vit() {
  check_layer_norm(1, 4);
  check_layer_norm(5, 1024);
  check_layer_norm(3, 4096);
  for (const VisionPath path : {VisionPath::kWhole, VisionPath::kPortable}) {
    for (const int tokens : {1, 63, 64, 65, 128, 129, 200, 385}) {
      AttentionProblem({2, tokens, 3, path}).check();
    }
    AttentionProblem({3, 577, 16, path}).check();
    AttentionProblem({2, 640, 2, path}).check();
  }
  AttentionProblem({2, 641, 2, VisionPath::kChosen}).check();
}

}  // namespace arges::testing
