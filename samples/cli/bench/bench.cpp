// SPDX-License-Identifier: Apache-2.0
// arges bench: speeds of this machine on models of known shape, as shares of what it can do.
#include "samples/cli/bench/bench.h"

#include <charconv>
#include <cstdio>
#include <memory>

#include "samples/cli/bench/machine.h"
#include "samples/cli/commands.h"
#include "samples/cli/failure.h"
#include "samples/cli/model_options.h"
#include "samples/cli/stopwatch.h"

namespace arges::cli {
namespace {

constexpr std::int64_t kMaxRepeats = 1000;

void print_machine(const BenchOptions& options, int threads) {
  if (options.json) return;
  std::printf("machine: %s, %d threads, kernels for %s; minimum / median / maximum of %lld runs\n",
              cpu_model().c_str(), threads, kernel_target().c_str(),
              static_cast<long long>(options.repeats));
}

void add_ceilings(const Report& report, const Ceilings& ceilings) {
  report.add(ceilings.read_bandwidth, "GB/s");
  report.add(ceilings.multiply_add, "GFLOP/s");
  if (ceilings.bf16_dot) report.add(*ceilings.bf16_dot, "GFLOP/s");
  if (ceilings.integer_dot) report.add(*ceilings.integer_dot, "GOP/s");
}

}  // namespace

Bench::Bench(const BenchOptions& options)
    : options_(options),
      pool_(static_cast<int>(options.threads)),
      report_(pool_.size(), options.json),
      ceilings_(measure_ceilings(pool_)) {
  print_machine(options, pool_.size());
  add_ceilings(report_, ceilings_);
}

const Ceiling& Bench::product_ceiling(const std::string& weights) const {
  if (weights == "bf16_dot") {
    if (!ceilings_.bf16_dot) throw Failure("this processor has no bf16 dot product");
    return *ceilings_.bf16_dot;
  }
  const bool integers = weights == "q8" || weights == "q4";
  return integers && ceilings_.integer_dot ? *ceilings_.integer_dot : ceilings_.multiply_add;
}

std::vector<double> Bench::time(const std::function<void()>& work) const {
  work();
  std::vector<double> seconds;
  for (std::int64_t i = 0; i < options_.repeats; ++i) {
    const Stopwatch watch;
    work();
    seconds.push_back(watch.seconds());
  }
  return seconds;
}

std::vector<std::int64_t> numbers_of(const std::string& option, const std::string& list,
                                     std::int64_t least, std::int64_t most) {
  std::vector<std::int64_t> numbers;
  const char* at = list.data();
  const char* const end = at + list.size();
  for (;; ++at) {
    std::int64_t number = 0;
    const auto [behind, error] = std::from_chars(at, end, number);
    if (error != std::errc() || number < least || number > most ||
        (behind != end && *behind != ',')) {
      throw UsageError(option + " takes numbers from " + std::to_string(least) + " to " +
                       std::to_string(most) + " with commas between them, not \"" + list + "\"");
    }
    numbers.push_back(number);
    if (behind == end) return numbers;
    at = behind;
  }
}

void add_bench_options(Command& command, BenchOptions& options) {
  add_threads_option(command, options.threads);
  command.integer("--repeats", options.repeats, 1, kMaxRepeats, "Measured runs");
  command.flag("--json", options.json, "One JSON object a row");
}

// Without a subcommand `ask` runs first: the peak memory the system reports for a child begins at
// that of its parent.
void add_bench(Command tool) {
  const auto options = std::make_shared<BenchOptions>();
  Command command = tool.command("bench", "Measures speed; without a subcommand the main figures");
  add_bench_options(command, *options);
  add_bench_ask(command);
  add_bench_lm(command);
  add_bench_vision(command);
  add_bench_ops(command);
  add_bench_sessions(command);
  command.action([options] {
    Bench bench(*options);
    bench_ask(bench, default_model());
    bench_lm_xs(bench);
    bench_vision_tile(bench);
  });
}

}  // namespace arges::cli
