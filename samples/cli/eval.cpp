// SPDX-License-Identifier: Apache-2.0
// arges eval: how often a model is right on a set of questions, through the C ABI.
#include <cmath>
#include <cstdio>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "samples/cli/commands.h"
#include "samples/cli/eval_run.h"
#include "samples/cli/model_options.h"
#include "samples/cli/output_file.h"
#include "samples/cli/score.h"
#include "samples/cli/stopwatch.h"

namespace arges::cli {
namespace {

constexpr std::int64_t kMaxTokens = 64;  // as in tools/train/evaluate.py
constexpr std::int64_t kMaxQuestions = 1'000'000'000;
constexpr std::int64_t kMaxParallel = 256;

struct EvalOptions {
  ModelOptions model;
  std::string set;
  std::string answers_file;
  std::int64_t limit = 0;
  std::int64_t parallel = 4;
  bool blank = false;
  bool json = false;
};

// By task, and under kWholeSet all together.
using Tallies = std::map<std::string, Tally>;

std::vector<bool> judge(const std::vector<EvalItem>& items,
                        const std::vector<std::string>& answers) {
  std::vector<bool> right;
  for (std::size_t i = 0; i < items.size(); ++i) {
    right.push_back(is_right(items[i].task, answers[i], items[i].answers));
  }
  return right;
}

Tallies count(const std::vector<EvalItem>& items, const std::vector<bool>& right) {
  Tallies tallies;
  for (std::size_t i = 0; i < items.size(); ++i) {
    tallies[items[i].task].count(right[i]);
    tallies[kWholeSet].count(right[i]);
  }
  return tallies;
}

// One line a question: {"answer", "right"}.
void write_answers(OutputFile& file, const std::vector<std::string>& answers,
                   const std::vector<bool>& right) {
  for (std::size_t i = 0; i < answers.size(); ++i) {
    const nlohmann::json line = {{"answer", answers[i]}, {"right", static_cast<bool>(right[i])}};
    file.write(line.dump() + '\n');
  }
  file.finish();
}

double two_decimals(double value) {
  return std::round(100.0 * value) / 100.0;
}

nlohmann::json describe(const Tallies& tallies) {
  nlohmann::json tasks = nlohmann::json::object();
  for (const auto& [task, tally] : tallies) {
    const auto [low, high] = tally.interval();
    tasks[task] = {{"n", tally.n},
                   {"right", tally.right},
                   {"accuracy", two_decimals(tally.percent())},
                   {"interval95", {two_decimals(low), two_decimals(high)}}};
  }
  return tasks;
}

void print_table(const Tallies& tallies) {
  std::printf("%-16s %6s %6s %10s   %s\n", "task", "n", "right", "accuracy", "95 % interval");
  for (const auto& [task, tally] : tallies) {
    const auto [low, high] = tally.interval();
    std::printf("%-16s %6lld %6lld %8.2f %%   %.2f to %.2f %%\n", task.c_str(),
                static_cast<long long>(tally.n), static_cast<long long>(tally.right),
                tally.percent(), low, high);
  }
}

void print_report(const EvalOptions& options, const Tallies& tallies, double seconds) {
  if (!options.json) return print_table(tallies);
  const nlohmann::json report = {
      {"blank", options.blank}, {"seconds", seconds}, {"tasks", describe(tallies)}};
  std::printf("%s\n", report.dump().c_str());
}

// The file is opened before the first question, so that no answer is worked out for one that cannot
// be written, and filled after the report, which is then out whatever becomes of it.
void run_eval(const EvalOptions& options) {
  const std::vector<EvalItem> items =
      read_eval_set(options.set, static_cast<std::size_t>(options.limit));
  std::optional<OutputFile> file;
  if (!options.answers_file.empty()) file.emplace(options.answers_file);
  const Engine engine = open_engine(options.model);
  const Stopwatch watch;
  EvalRunOptions run;
  run.generate = generate_options({.max_tokens = kMaxTokens});
  run.parallel = static_cast<std::size_t>(options.parallel);
  run.blank = options.blank;
  const std::vector<std::string> answers = answer_all(engine, items, run);
  const double seconds = watch.seconds();
  const std::vector<bool> right = judge(items, answers);
  print_report(options, count(items, right), seconds);
  if (file) write_answers(*file, answers, right);
}

}  // namespace

void add_eval(Command tool) {
  const auto options = std::make_shared<EvalOptions>();
  Command command = tool.command("eval", "Measures accuracy on a set of questions");
  command.text("DIR", options->model.model, "Model folder");
  command.text("SET.jsonl", options->set, "JSON lines: image, question, answers, task");
  command.device("--device", options->model.device, kAbiDevices,
                 "Where to compute; cuda:N is GPU N");
  add_weights_option(command, options->model.weights);
  add_threads_option(command, options->model.threads);
  command.integer("--limit", options->limit, 0, kMaxQuestions, "Only the first N; 0 = all");
  command.integer("--parallel", options->parallel, 1, kMaxParallel, "Sessions in flight");
  command.text("--answers", options->answers_file, "Write the answers there as JSON lines");
  command.flag("--blank", options->blank, "Show a plain grey picture in place of each");
  command.flag("--json", options->json, "One JSON object");
  command.action([options] { run_eval(*options); });
}

}  // namespace arges::cli
