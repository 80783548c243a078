// SPDX-License-Identifier: Apache-2.0
#include "samples/cli/bench/ceilings.h"

#include <algorithm>
#include <atomic>
#include <functional>

#include "kernels/base/memory.h"
#include "samples/cli/bench/ceiling_loops.h"
#include "samples/cli/failure.h"
#include "samples/cli/stopwatch.h"

namespace arges::cli {
namespace {

constexpr std::int64_t kReadFloats = std::int64_t{128} << 20;  // 512 MiB
constexpr std::int64_t kPieceFloats = std::int64_t{1} << 16;
constexpr int kRuns = 5;
constexpr double kRunSeconds = 0.05;

// Where results go that nobody reads.
std::atomic<float> unread{0.0F};

double best_rate(double work, const std::function<void()>& run) {
  double best = 0;
  for (int i = 0; i < kRuns; ++i) {
    const Stopwatch watch;
    run();
    best = std::max(best, work / watch.seconds());
  }
  return best;
}

Ceiling read_bandwidth(ThreadPool& pool) {
  Memory buffer = require(Memory::allocate(kReadFloats * sizeof(float)));
  std::fill_n(buffer.f32(), kReadFloats, 1.0F);
  const auto read_all = [&] {
    pool.parallel_for(kReadFloats, kPieceFloats, [&](std::int64_t begin, std::int64_t end) {
      unread.store(read_floats(buffer.f32() + begin, end - begin), std::memory_order_relaxed);
    });
  };
  return {"read bandwidth", best_rate(kReadFloats * sizeof(float), read_all)};
}

// Iterations that take about kRunSeconds on one thread.
std::int64_t calibrate(const PeakLoop& loop) {
  std::int64_t iterations = 1000;
  for (;;) {
    const Stopwatch watch;
    unread.store(loop.run(iterations), std::memory_order_relaxed);
    if (watch.seconds() > kRunSeconds / 2) return iterations;
    iterations *= 2;
  }
}

Ceiling peak(ThreadPool& pool, const PeakLoop& loop) {
  const std::int64_t iterations = calibrate(loop);
  const std::int64_t threads = pool.size();
  const auto run_all = [&] {
    pool.parallel_for(threads, 1, [&](std::int64_t begin, std::int64_t end) {
      for (; begin < end; ++begin) {
        unread.store(loop.run(iterations), std::memory_order_relaxed);
      }
    });
  };
  const auto work = static_cast<double>(threads * iterations * loop.operations);
  return {loop.name, best_rate(work, run_all)};
}

std::optional<Ceiling> optional_peak(ThreadPool& pool, const PeakLoop& loop) {
  if (!loop.available()) return std::nullopt;
  return peak(pool, loop);
}

}  // namespace

Ceilings measure_ceilings(ThreadPool& pool) {
  return {read_bandwidth(pool), peak(pool, multiply_add_loop()),
          optional_peak(pool, bf16_dot_loop()), optional_peak(pool, integer_dot_loop())};
}

}  // namespace arges::cli
