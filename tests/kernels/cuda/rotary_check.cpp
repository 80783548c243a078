// SPDX-License-Identifier: Apache-2.0
// The rotation of q and k and the growth of the pages against double precision.
#include <cmath>
#include <cstdio>
#include <string>

#include "kernels/cuda/rotary_embedding.h"
#include "tests/kernels/cuda/dense.h"
#include "tests/kernels/cuda/device_array.h"
#include "tests/kernels/cuda/distance.h"
#include "tests/kernels/cuda/report.h"

namespace arges::testing {

namespace {

using namespace kernels::cuda;

constexpr double kBf16Bound = 5e-3;
constexpr int kRotaryDim = 64;
constexpr double kTheta = 1e7;
constexpr int kKvHeads = 2;
constexpr int kHeads = kKvHeads * (kQueriesPerHead + 2);  // in a row

// The channels of a head at a position.
std::vector<double> rotate(const Bf16* head, int position) {
  std::vector<double> out;
  for (int c = 0; c < kHeadWidth; ++c) {
    const double x = widen(head[c]);
    if (c >= kRotaryDim) {
      out.push_back(x);
      continue;
    }
    const int j = c % (kRotaryDim / 2);
    const double angle = position * std::pow(kTheta, -2.0 * j / kRotaryDim);
    const bool low = c < kRotaryDim / 2;
    const double other = widen(head[low ? c + kRotaryDim / 2 : j]);
    out.push_back(x * std::cos(angle) + (low ? -other : other) * std::sin(angle));
  }
  return out;
}

// A decode step's rows, or a prompt's, which name their sequences.
void check_rows(bool prompt) {
  const std::vector<std::int32_t> positions{0, 63, 64, -1, 777, 3000001};
  const std::vector<std::int32_t> named{4, 2, 0, 1, 5, 3};
  const auto sequences = static_cast<int>(positions.size());
  const std::int64_t stride = kHeads * kHeadWidth + 8;
  const std::int64_t table_stride = 3000001 / kPageTokens + 1;
  const std::int64_t page = std::int64_t{kKvHeads} * 2 * kPageTokens * kHeadWidth;
  const std::vector<Bf16> rows = random_matrix(sequences * stride, 1.0, 31);
  // Every sequence has one page, wherever its token falls.
  std::vector<std::int32_t> table(static_cast<std::size_t>(sequences * table_stride));
  for (int s = 0; s < sequences; ++s) {
    for (std::int64_t i = 0; i < table_stride; ++i) {
      table[static_cast<std::size_t>(s * table_stride + i)] = sequences - 1 - s;
    }
  }
  std::vector<double> frequencies;
  for (int j = 0; j < kRotaryDim / 2; ++j) {
    frequencies.push_back(std::pow(kTheta, -2.0 * j / kRotaryDim));
  }
  const DeviceArray<Bf16> device_rows(rows);
  const DeviceArray<std::int32_t> device_table(table);
  const DeviceArray<std::int32_t> device_positions(positions);
  const DeviceArray<std::int32_t> device_named(named);
  const DeviceArray<double> device_frequencies(frequencies);
  DeviceArray<Bf16> pages(static_cast<std::size_t>(sequences * page));
  pages.fill_bytes(0xff);
  RotaryAppendArgs args;
  args.rows = device_rows.get();
  args.row_stride = stride;
  args.positions = device_positions.get();
  args.frequencies = device_frequencies.get();
  args.rotary_dim = kRotaryDim;
  args.pages = pages.get();
  args.page_stride = page;
  args.page_table = device_table.get();
  args.table_stride = table_stride;
  args.sequences = prompt ? device_named.get() : nullptr;
  args.row_count = sequences;
  args.kv_heads = kKvHeads;
  must(rotary_append(args, nullptr));
  must(cudaDeviceSynchronize(), "rotary_append");
  const std::vector<Bf16> after = device_rows.download();
  const std::vector<Bf16> kv = pages.download();

  Distance q;
  Distance k;
  std::int64_t written = 0;
  bool rest = true;  // padding, values and the rows' ends
  for (int s = 0; s < sequences; ++s) {
    const int position = positions[static_cast<std::size_t>(s)];
    const int sequence = prompt ? named[static_cast<std::size_t>(s)] : s;
    for (int head = 0; head < kHeads; ++head) {
      const std::size_t at = static_cast<std::size_t>(s * stride + head * kHeadWidth);
      const bool query = head < kKvHeads * kQueriesPerHead;
      const bool key = !query && head < kKvHeads * (kQueriesPerHead + 1);
      const int kv_head = (head - kKvHeads * kQueriesPerHead) % kKvHeads;
      const std::size_t in_page = static_cast<std::size_t>(
          (sequences - 1 - sequence) * page + ((kv_head * 2 + (key ? 0 : 1)) * kPageTokens +
                                               (position < 0 ? 0 : position % kPageTokens)) *
                                                  kHeadWidth);
      const std::vector<double> want = rotate(&rows[at], position);
      for (int c = 0; c < kHeadWidth; ++c) {
        const auto channel = static_cast<std::size_t>(c);
        if (query && position >= 0) {
          q.add(widen(after[at + channel]), want[channel]);
          continue;
        }
        rest = rest && after[at + channel] == rows[at + channel];
        if (position < 0) continue;
        if (key) {
          k.add(widen(kv[in_page + channel]), want[channel]);
        } else {
          rest = rest && kv[in_page + channel] == rows[at + channel];
        }
      }
    }
  }
  for (const Bf16 value : kv) written += value != 0xffff ? 1 : 0;
  rest = rest && written == std::int64_t{sequences - 1} * kKvHeads * 2 * kHeadWidth;
  char figures[80];
  std::snprintf(figures, sizeof(figures), "q %.2e  k %.2e", q.relative(), k.relative());
  report(std::string("rotary embedding, appended to pages") + (prompt ? " of named sequences" : ""),
         q.relative() <= kBf16Bound && k.relative() <= kBf16Bound && rest, figures);
}

}  // namespace

void check_rotary() {
  check_rows(false);
  check_rows(true);
}

}  // namespace arges::testing
