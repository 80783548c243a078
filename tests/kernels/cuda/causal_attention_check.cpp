// SPDX-License-Identifier: Apache-2.0
// Causal softmax attention of prompts over pages against double precision.
#include "kernels/cuda/causal_attention.h"

#include <cmath>
#include <cstring>
#include <numeric>

#include "tests/kernels/cuda/dense.h"
#include "tests/kernels/cuda/device_array.h"
#include "tests/kernels/cuda/distance.h"
#include "tests/kernels/cuda/report.h"

namespace arges::testing {

namespace {

using namespace kernels::cuda;

constexpr double kBf16Bound = 5e-3;
constexpr Bf16 kNotANumber = 0x7fc0;

struct Prompt {
  int past;
  int count;
};

// Pages in an order of no sense; what lies behind a length, and between the rows of spans, is not a
// number.
class PromptProblem {
 public:
  PromptProblem(std::vector<Prompt> prompts, int kv_heads)
      : prompts_(std::move(prompts)),
        kv_heads_(kv_heads),
        width_(std::int64_t{kv_heads} * kQueriesPerHead * kHeadWidth),
        stride_(width_ + 64),
        page_stride_(std::int64_t{kv_heads} * 2 * kPageTokens * kHeadWidth + kHeadWidth) {
    std::int64_t rows = 3;
    for (const Prompt& prompt : prompts_) {
      begins_.push_back(rows);
      rows += prompt.count + 2;
      table_stride_ = std::max<std::int64_t>(
          table_stride_, (prompt.past + prompt.count + kPageTokens - 1) / kPageTokens);
      longest_ = std::max(longest_, prompt.count);
    }
    rows_ = rows;
    const std::int64_t pages = sequences() * table_stride_;
    std::int64_t step = 7;
    while (std::gcd(step, pages) != 1) ++step;
    for (std::int64_t i = 0; i < pages; ++i) {
      table_.push_back(static_cast<std::int32_t>((i * step + 3) % pages));
    }
    q_.assign(size(rows_ * stride_), kNotANumber);
    pages_.assign(size(pages * page_stride_), kNotANumber);
    Random random(5);
    for (int s = 0; s < sequences(); ++s) {
      for (int i = 0; i < prompts_[size(s)].count; ++i) {
        for (std::int64_t c = 0; c < width_; ++c) {
          q_[size((begins_[size(s)] + i) * stride_ + c)] = to_bf16(2.0 * random.next());
        }
      }
      for (int j = 0; j < prompts_[size(s)].past + prompts_[size(s)].count; ++j) {
        for (int h = 0; h < kv_heads_; ++h) {
          for (int c = 0; c < kHeadWidth; ++c) {
            pages_[at(s, j, h, 0) + size(c)] = to_bf16(random.next());
            pages_[at(s, j, h, 1) + size(c)] = to_bf16(random.next());
          }
        }
      }
    }
  }

  // z of these prompts alone; empty where the card has no such kernel.
  std::vector<Bf16> run(int first, int count) const {
    const DeviceArray<Bf16> q(q_);
    const DeviceArray<Bf16> pages(pages_);
    const DeviceArray<std::int32_t> table(table_);
    DeviceArray<Bf16> z(size(rows_ * stride_));
    z.fill_bytes(0xff);
    std::vector<AttentionSpan> spans;
    for (int s = first; s < first + count; ++s) {
      spans.push_back({static_cast<std::int32_t>(begins_[size(s)]), prompts_[size(s)].count,
                       prompts_[size(s)].past, s});
    }
    spans.push_back({});
    const DeviceArray<AttentionSpan> device_spans(spans);
    CausalAttentionArgs args;
    args.q = q.get();
    args.row_count = rows_;
    args.q_stride = stride_;
    args.pages = pages.get();
    args.page_count = sequences() * table_stride_;
    args.page_stride = page_stride_;
    args.page_table = table.get();
    args.table_stride = table_stride_;
    args.spans = device_spans.get();
    args.span_count = static_cast<int>(spans.size());
    args.max_rows = longest_;
    args.kv_heads = kv_heads_;
    args.z = z.get();
    args.z_stride = stride_;
    const auto attention = CausalAttention::create(args);
    if (attention.status().code() == StatusCode::kUnsupported) return {};
    must(attention.status());
    must(attention->run(nullptr));
    must(cudaDeviceSynchronize(), "causal attention");
    return z.download();
  }

  // The largest of a prompt's; infinite where anything else was written.
  double error(const std::vector<Bf16>& z) const {
    double worst = 0.0;
    std::vector<bool> written(size(rows_ * stride_));
    for (int s = 0; s < sequences(); ++s) {
      const Prompt& prompt = prompts_[size(s)];
      const int heads = kv_heads_ * kQueriesPerHead;
      std::vector<Distance> distances(size(heads));
      in_parallel(heads, [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t head = begin; head < end; ++head) {
          for (int i = 0; i < prompt.count; ++i) {
            const std::vector<double> want = attend(s, i, static_cast<int>(head));
            for (int c = 0; c < kHeadWidth; ++c) {
              distances[size(head)].add(
                  widen(z[size((begins_[size(s)] + i) * stride_ + head * kHeadWidth + c)]),
                  want[size(c)]);
            }
          }
        }
      });
      for (const Distance& distance : distances) worst = std::max(worst, distance.relative());
      for (int i = 0; i < prompt.count; ++i) {
        const std::int64_t row = (begins_[size(s)] + i) * stride_;
        for (std::int64_t c = 0; c < width_; ++c) written[size(row + c)] = true;
      }
    }
    for (std::size_t i = 0; i < z.size(); ++i) {
      if (!written[i] && z[i] != 0xffff) return HUGE_VAL;
    }
    return worst;
  }

  bool same_bits(const std::vector<Bf16>& all, const std::vector<Bf16>& other, int s) const {
    for (int i = 0; i < prompts_[size(s)].count; ++i) {
      const std::size_t at = size((begins_[size(s)] + i) * stride_);
      if (std::memcmp(&all[at], &other[at], size(width_) * 2) != 0) return false;
    }
    return true;
  }

  int sequences() const { return static_cast<int>(prompts_.size()); }

 private:
  static std::size_t size(std::int64_t count) { return static_cast<std::size_t>(count); }

  std::size_t at(int sequence, int token, int head, int which) const {
    const std::int64_t page = table_[size(sequence * table_stride_ + token / kPageTokens)];
    return size(page * page_stride_ +
                ((head * 2 + which) * kPageTokens + token % kPageTokens) * kHeadWidth);
  }

  std::vector<double> attend(int sequence, int row, int head) const {
    const int kv = head / kQueriesPerHead;
    const Bf16* q = &q_[size((begins_[size(sequence)] + row) * stride_ + head * kHeadWidth)];
    std::vector<double> weights;
    double highest = -HUGE_VAL;
    for (int j = 0; j <= prompts_[size(sequence)].past + row; ++j) {
      const Bf16* key = &pages_[at(sequence, j, kv, 0)];
      double dot = 0.0;
      for (int c = 0; c < kHeadWidth; ++c) dot += widen(q[c]) * widen(key[c]);
      weights.push_back(dot / std::sqrt(static_cast<double>(kHeadWidth)));
      highest = std::max(highest, weights.back());
    }
    double sum = 0.0;
    for (double& weight : weights) sum += weight = std::exp(weight - highest);
    std::vector<double> z(kHeadWidth);
    for (std::size_t j = 0; j < weights.size(); ++j) {
      const Bf16* value = &pages_[at(sequence, static_cast<int>(j), kv, 1)];
      for (int c = 0; c < kHeadWidth; ++c) z[size(c)] += weights[j] / sum * widen(value[c]);
    }
    return z;
  }

  std::vector<Prompt> prompts_;
  int kv_heads_;
  std::int64_t width_;
  std::int64_t stride_;
  std::int64_t page_stride_;
  std::int64_t rows_ = 0;
  std::int64_t table_stride_ = 0;
  int longest_ = 0;
  std::vector<std::int64_t> begins_;
  std::vector<Bf16> q_;
  std::vector<Bf16> pages_;
  std::vector<std::int32_t> table_;
};

}  // namespace

void check_causal_attention() {
  const std::vector<std::vector<Prompt>> batches{
      {{0, 64}},
      {{0, 128}},
      {{0, 700}},
      {{0, 1}, {0, 63}, {0, 65}, {0, 127}, {0, 129}, {0, 256}, {0, 300}},
      {{77, 50}, {128, 200}, {1000, 131}, {5, 0}, {63, 1}, {511, 257}},
  };
  for (const int kv_heads : {1, 2}) {
    int number = 0;
    for (const std::vector<Prompt>& prompts : batches) {
      const PromptProblem problem(prompts, kv_heads);
      const std::vector<Bf16> z = problem.run(0, problem.sequences());
      const std::string name = "causal attention, " + std::to_string(kv_heads) +
                               " kv heads, batch " + std::to_string(number++);
      if (z.empty()) return report("skipped: " + name, true, "not on this card");
      char figures[40];
      const double error = problem.error(z);
      std::snprintf(figures, sizeof(figures), "z %.2e", error);
      report(name, error <= kBf16Bound, figures);
      bool same = z == problem.run(0, problem.sequences());
      for (int s = 0; s < problem.sequences(); ++s) {
        same = same && problem.same_bits(z, problem.run(s, 1), s);
      }
      report("same bits again and alone: " + name, same, "");
    }
  }
}

}  // namespace arges::testing
