// SPDX-License-Identifier: Apache-2.0
// arges bench: speeds of this machine on models of known shape.
#include "samples/cli/bench.h"

#include <algorithm>
#include <cstdio>
#include <memory>

#include "samples/cli/commands.h"
#include "samples/cli/machine.h"
#include "samples/cli/model_options.h"
#include "samples/cli/stopwatch.h"

namespace arges::cli {
namespace {

constexpr std::int64_t kMaxRepeats = 1000;

}  // namespace

BenchMachine::BenchMachine(const BenchOptions& options)
    : pool_(static_cast<int>(options.threads)) {}

void print_machine(const BenchOptions& options) {
  const int threads = ThreadPool(static_cast<int>(options.threads)).size();
  std::printf("machine: %s, %d threads, kernels for %s; minimum / median / maximum of %lld runs\n",
              cpu_model().c_str(), threads, kernel_target().c_str(),
              static_cast<long long>(options.repeats));
}

void print_figure(const std::string& what, std::vector<double> values, const std::string& unit) {
  std::sort(values.begin(), values.end());
  std::printf("%-44s %10.2f / %8.2f / %8.2f %s\n", what.c_str(), values.front(),
              values[values.size() / 2], values.back(), unit.c_str());
  std::fflush(stdout);
}

std::vector<double> time_repeats(std::int64_t repeats, const std::function<void()>& work) {
  work();
  std::vector<double> seconds;
  for (std::int64_t i = 0; i < repeats; ++i) {
    const Stopwatch watch;
    work();
    seconds.push_back(watch.seconds());
  }
  return seconds;
}

void add_bench_options(Command& command, BenchOptions& options) {
  add_threads_option(command, options.threads);
  command.integer("--repeats", options.repeats, 1, kMaxRepeats, "Measured runs");
}

// Without a subcommand all of them run, `ask` first: the peak memory the system reports for a
// child begins at that of its parent.
void add_bench(Command tool) {
  const auto options = std::make_shared<BenchOptions>();
  Command command = tool.command("bench", "Measures speed; all parts without a subcommand");
  add_bench_options(command, *options);
  add_bench_ask(command);
  add_bench_lm(command);
  add_bench_vit(command);
  command.action([options] {
    print_machine(*options);
    bench_ask(*options, default_model());
    bench_lm(*options);
    bench_vit(*options);
  });
}

}  // namespace arges::cli
