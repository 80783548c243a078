// SPDX-License-Identifier: Apache-2.0
// Softmax attention of one token over pages on the GPU against double precision.
#include "kernels/cuda/decode_attention.h"

#include <cmath>
#include <cstdio>
#include <cstring>
#include <numeric>
#include <vector>

#include "tests/kernels/cuda/device_array.h"
#include "tests/kernels/cuda/distance.h"
#include "tests/kernels/cuda/lightning_recurrence.h"
#include "tests/kernels/cuda/random.h"
#include "tests/kernels/cuda/report.h"

namespace arges::testing {

namespace {

using namespace kernels::cuda;

constexpr double kBf16Bound = 5e-3;
constexpr Bf16 kNotANumber = 0x7fc0;

// Sequences over pages in an order of no sense; what lies behind a length is not a number.
class AttentionProblem {
 public:
  AttentionProblem(std::vector<int> lengths, int kv_heads)
      : lengths_(std::move(lengths)),
        kv_heads_(kv_heads),
        width_(kv_heads * kQueriesPerHead * kHeadWidth),
        page_stride_(kv_heads * 2 * kPageTokens * kHeadWidth) {
    for (const int length : lengths_) longest_ = std::max(longest_, length);
    table_stride_ = (longest_ + kPageTokens - 1) / kPageTokens;
    Random random(3);
    for (int i = 0; i < sequences() * width_; ++i) q_.push_back(to_bf16(2.0 * random.next()));
    const int pages = sequences() * table_stride_;
    int step = 7;
    while (std::gcd(step, pages) != 1) ++step;
    for (int i = 0; i < pages; ++i) table_.push_back((i * step + 3) % pages);
    pages_.assign(static_cast<std::size_t>(pages) * page_stride_, kNotANumber);
    for (int s = 0; s < sequences(); ++s) {
      for (int j = 0; j < lengths_[s]; ++j) {
        for (int h = 0; h < kv_heads_; ++h) {
          for (int c = 0; c < kHeadWidth; ++c) {
            pages_[at(s, j, h, 0) + c] = to_bf16(random.next());
            pages_[at(s, j, h, 1) + c] = to_bf16(random.next());
          }
        }
      }
    }
  }

  // z of these sequences, alone in the batch.
  std::vector<Bf16> run(int first, int count) const {
    const DeviceArray<Bf16> q(q_);
    const DeviceArray<Bf16> pages(pages_);
    const DeviceArray<std::int32_t> table(table_);
    const DeviceArray<std::int32_t> lengths(lengths_);
    DeviceArray<Bf16> z(static_cast<std::size_t>(sequences()) * width_);
    z.fill_bytes(0xff);
    DeviceArray<float> scratch(
        static_cast<std::size_t>(decode_attention_scratch_floats(count, kv_heads_, longest_)));
    scratch.fill_bytes(0xff);
    DecodeAttentionArgs args;
    args.q = q.get() + first * width_;
    args.q_stride = width_;
    args.pages = pages.get();
    args.page_stride = page_stride_;
    args.page_table = table.get() + first * table_stride_;
    args.table_stride = table_stride_;
    args.lengths = lengths.get() + first;
    args.sequences = count;
    args.kv_heads = kv_heads_;
    args.max_tokens = longest_;
    args.scratch = scratch.get();
    args.z = z.get() + first * width_;
    args.z_stride = width_;
    must(decode_attention(args, nullptr));
    must(cudaDeviceSynchronize(), "decode attention");
    return z.download();
  }

  double error(const std::vector<Bf16>& z) const {
    double worst = 0.0;
    for (int s = 0; s < sequences(); ++s) {
      Distance distance;
      for (int head = 0; head < kv_heads_ * kQueriesPerHead; ++head) {
        const std::vector<double> reference = attend(s, head);
        for (int c = 0; c < kHeadWidth; ++c) {
          distance.add(to_double(z[s * width_ + head * kHeadWidth + c]), reference[c]);
        }
      }
      worst = std::max(worst, distance.relative());
    }
    return worst;
  }

  bool same_bits_alone(const std::vector<Bf16>& all, int sequence) const {
    const std::vector<Bf16> alone = run(sequence, 1);
    return std::memcmp(&all[sequence * width_], &alone[sequence * width_], width_ * 2) == 0;
  }

  int sequences() const { return static_cast<int>(lengths_.size()); }

 private:
  std::size_t at(int sequence, int token, int head, int which) const {
    const int page = table_[sequence * table_stride_ + token / kPageTokens];
    return static_cast<std::size_t>(page) * page_stride_ +
           ((head * 2 + which) * kPageTokens + token % kPageTokens) * kHeadWidth;
  }

  std::vector<double> attend(int sequence, int head) const {
    const int kv = head / kQueriesPerHead;
    std::vector<double> weights;
    double highest = -HUGE_VAL;
    for (int j = 0; j < lengths_[sequence]; ++j) {
      double dot = 0.0;
      for (int c = 0; c < kHeadWidth; ++c) {
        dot += to_double(q_[sequence * width_ + head * kHeadWidth + c]) *
               to_double(pages_[at(sequence, j, kv, 0) + c]);
      }
      weights.push_back(dot / std::sqrt(static_cast<double>(kHeadWidth)));
      highest = std::max(highest, weights.back());
    }
    double sum = 0.0;
    for (double& weight : weights) sum += weight = std::exp(weight - highest);
    std::vector<double> z(kHeadWidth);
    for (int j = 0; j < lengths_[sequence]; ++j) {
      for (int c = 0; c < kHeadWidth; ++c) {
        z[c] += weights[j] / sum * to_double(pages_[at(sequence, j, kv, 1) + c]);
      }
    }
    return z;
  }

  std::vector<std::int32_t> lengths_;
  int kv_heads_;
  int width_;
  int page_stride_;
  int table_stride_ = 0;
  int longest_ = 0;
  std::vector<Bf16> q_;
  std::vector<Bf16> pages_;
  std::vector<std::int32_t> table_;
};

}  // namespace

void check_decode_attention() {
  for (const int kv_heads : {1, 8}) {
    const AttentionProblem problem({1, 63, 64, 0, 65, 1023, 1024, 1025, 2500}, kv_heads);
    const std::vector<Bf16> z = problem.run(0, problem.sequences());
    char figures[40];
    const double error = problem.error(z);
    std::snprintf(figures, sizeof(figures), "z %.2e", error);
    const std::string name = "decode attention, " + std::to_string(kv_heads) + " kv heads";
    report(name, error <= kBf16Bound, figures);
    bool alone = true;
    for (int s = 0; s < problem.sequences(); ++s) alone = alone && problem.same_bits_alone(z, s);
    report("same bits alone: " + name, alone, "");
    report("same bits again: " + name, z == problem.run(0, problem.sequences()), "");
  }
}

}  // namespace arges::testing
