// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "kernels/base/arena.h"
#include "kernels/base/exec_context.h"
#include "kernels/base/thread_pool.h"
#include "kernels/op_table.h"
#include "samples/cli/command_line.h"

namespace arges::cli {

struct BenchOptions {
  std::int64_t threads = 0;  // 0 = one for each hardware thread
  std::int64_t repeats = 5;
};

// --threads, --repeats.
void add_bench_options(Command& command, BenchOptions& options);

// The vectorised backend with threads and scratch memory of its own.
class BenchMachine {
 public:
  explicit BenchMachine(const BenchOptions& options);
  kernels::ExecContext context() { return {&kernels::cpu_ops(), &pool_, &workspace_}; }

 private:
  ThreadPool pool_;
  Arena workspace_;
};

// Seconds of each of `repeats` runs, after one that is not measured.
std::vector<double> time_repeats(std::int64_t repeats, const std::function<void()>& work);

// CPU, threads and instruction set, on one line.
void print_machine(const BenchOptions& options);
// Minimum, median and maximum on one line.
void print_figure(const std::string& what, std::vector<double> values, const std::string& unit);

// The parts; each prints its figures. `model` is a folder that ask can answer with.
void bench_ask(const BenchOptions& options, const std::string& model);
void bench_lm(const BenchOptions& options);
void bench_vit(const BenchOptions& options);

}  // namespace arges::cli
