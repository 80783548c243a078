// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "kernels/backend.h"
#include "kernels/base/arena.h"
#include "kernels/base/exec_context.h"
#include "kernels/base/thread_pool.h"
#include "samples/cli/bench/ceilings.h"
#include "samples/cli/bench/report.h"
#include "samples/cli/command_line.h"

namespace arges::cli {

// What every part of `arges bench` is asked for.
struct BenchOptions {
  std::int64_t threads = 0;  // 0 = one for each core that the process may use
  std::int64_t repeats = 5;
  bool json = false;
};

// --threads, --repeats, --json.
void add_bench_options(Command& command, BenchOptions& options);

// One run of a benchmark: the vectorised backend with threads and scratch memory of its own, the
// machine's ceilings, and where rows go. Prints machine and ceilings when it is made.
class Bench {
 public:
  explicit Bench(const BenchOptions& options);

  kernels::ExecContext context() { return {&kernels::cpu_backend(), &pool_, &workspace_}; }
  const BenchOptions& options() const { return options_; }
  const Ceilings& ceilings() const { return ceilings_; }
  const Report& report() const { return report_; }

  // What products of that format are judged by: "bf16_dot", "q8" and "q4" by the dot units. Throws
  // Failure where there are none for bf16; integers are judged by the multiply-adds then.
  const Ceiling& product_ceiling(const std::string& weights) const;

  // Seconds of each of the runs asked for, after one that is not measured.
  std::vector<double> time(const std::function<void()>& work) const;

 private:
  BenchOptions options_;
  ThreadPool pool_;
  Arena workspace_;
  Report report_;
  Ceilings ceilings_;
};

// The numbers of a list like "1,4,16", each from least to most. Throws UsageError.
std::vector<std::int64_t> numbers_of(const std::string& option, const std::string& list,
                                     std::int64_t least, std::int64_t most);

// Parts that `arges bench` runs when none is named. `model` is a folder that ask can answer with.
void bench_ask(Bench& bench, const std::string& model);
void bench_lm_xs(Bench& bench);
void bench_vision_tile(Bench& bench);

}  // namespace arges::cli
