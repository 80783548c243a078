// SPDX-License-Identifier: Apache-2.0
// What a step begins and ends with: rows of the embedding and of pictures, and the norm and the
// product of the rows whose logits are wanted.
#include "kernels/cuda/embed.h"

#include <bit>
#include <cmath>
#include <cstdio>
#include <string>

#include "kernels/cuda/linear.h"
#include "kernels/cuda/rms_norm.h"
#include "tests/kernels/cuda/dense.h"
#include "tests/kernels/cuda/device_array.h"
#include "tests/kernels/cuda/distance.h"
#include "tests/kernels/cuda/report.h"

namespace arges::testing {

namespace {

using namespace kernels::cuda;

constexpr double kBf16Bound = 5e-3;

void check_rows(int hidden) {
  constexpr int kVocab = 37;
  const std::vector<Bf16> table = random_matrix(std::int64_t{kVocab} * hidden, 1.0, 41);
  const std::vector<float> features = random_floats(std::int64_t{3} * hidden, 1.0, 42);
  const std::vector<std::int32_t> sources{0, 36, -1, 5, 5, -3, -2};
  const DeviceArray<Bf16> device_table(table);
  const DeviceArray<float> device_features(features);
  const DeviceArray<std::int32_t> device_sources(sources);
  DeviceArray<float> x(sources.size() * static_cast<std::size_t>(hidden));
  x.fill_bytes(0xff);
  EmbedArgs args;
  args.sources = device_sources.get();
  args.rows = static_cast<int>(sources.size());
  args.hidden = hidden;
  args.table = device_table.get();
  args.features = device_features.get();
  args.x = x.get();
  must(embed(args, nullptr));
  must(cudaDeviceSynchronize(), "embed");
  const std::vector<float> out = x.download();
  bool same = true;
  for (std::size_t i = 0; i < out.size(); ++i) {
    const std::size_t column = i % static_cast<std::size_t>(hidden);
    const std::int64_t source = sources[i / static_cast<std::size_t>(hidden)];
    const auto row = static_cast<std::size_t>(source < 0 ? -1 - source : source);
    const std::size_t from = row * static_cast<std::size_t>(hidden) + column;
    const auto want = source < 0 ? features[from] : static_cast<float>(widen(table[from]));
    same = same && std::bit_cast<std::uint32_t>(out[i]) == std::bit_cast<std::uint32_t>(want);
  }
  report("embedding and picture rows, hidden " + std::to_string(hidden), same, "");
}

// Logits of some rows, out of order: a norm that gathers, and a product with fp32 sums.
void check_head() {
  constexpr int kRows = 9;
  constexpr int kHidden = 264;
  constexpr int kVocab = 1003;
  constexpr float kEpsilon = 1e-5f;
  const std::vector<std::int32_t> wanted{7, 0, 4};
  const auto count = static_cast<int>(wanted.size());
  const std::vector<float> x = random_floats(std::int64_t{kRows} * kHidden, 2.0, 43);
  const std::vector<float> norm = random_floats(kHidden, 1.0, 44);
  const std::vector<Bf16> w =
      random_matrix(std::int64_t{kVocab} * kHidden, 1.0 / std::sqrt(kHidden), 45);
  const DeviceArray<float> device_x(x);
  const DeviceArray<float> device_norm(norm);
  const DeviceArray<Bf16> device_w(w);
  const DeviceArray<std::int32_t> from(wanted);
  DeviceArray<Bf16> n(static_cast<std::size_t>(count * kHidden));
  DeviceArray<float> inverse_rms(static_cast<std::size_t>(count));
  DeviceArray<float> logits(static_cast<std::size_t>(count * kVocab));
  n.fill_bytes(0xff), inverse_rms.fill_bytes(0xff), logits.fill_bytes(0xff);
  RmsNormArgs before;
  before.x = device_x.get();
  before.rows = count;
  before.from = from.get();
  before.width = kHidden;
  before.norm = device_norm.get();
  before.epsilon = kEpsilon;
  before.n = n.get();
  before.inverse_rms = inverse_rms.get();
  must(rms_norm(before, nullptr));
  LinearArgs head;
  head.x = n.get();
  head.x_stride = kHidden;
  head.rows = count;
  head.w = device_w.get();
  head.outputs = kVocab;
  head.inputs = kHidden;
  head.sums = logits.get();
  head.y_stride = kVocab;
  must(linear(head, nullptr));
  must(cudaDeviceSynchronize(), "head");
  const std::vector<float> out = logits.download();
  Distance distance;
  for (int i = 0; i < count; ++i) {
    const float* row = &x[static_cast<std::size_t>(wanted[static_cast<std::size_t>(i)] * kHidden)];
    double squares = 0.0;
    for (int j = 0; j < kHidden; ++j) squares += double{row[j]} * double{row[j]};
    const double scale = 1.0 / std::sqrt(squares / kHidden + double{kEpsilon});
    std::vector<double> normed;
    for (int j = 0; j < kHidden; ++j) {
      normed.push_back(double{row[j]} * scale * double{norm[static_cast<std::size_t>(j)]});
    }
    const std::vector<double> want = multiply(w.data(), kVocab, kHidden, normed);
    for (int v = 0; v < kVocab; ++v) {
      distance.add(double{out[static_cast<std::size_t>(i * kVocab + v)]},
                   want[static_cast<std::size_t>(v)]);
    }
  }
  char figures[40];
  std::snprintf(figures, sizeof(figures), "logits %.2e", distance.relative());
  report("head of wanted rows", distance.relative() <= kBf16Bound, figures);
}

}  // namespace

void check_embed() {
  check_rows(8);
  check_rows(6144);
  check_head();
}

}  // namespace arges::testing
