// SPDX-License-Identifier: Apache-2.0
// arges bench sessions: the bundled model as a server has it, through the C ABI: many conversations
// at once, and an answer while pictures are being encoded.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <memory>

#include "samples/cli/bench/answering.h"
#include "samples/cli/bench/bench.h"
#include "samples/cli/commands.h"
#include "samples/cli/stopwatch.h"

namespace arges::cli {
namespace {

constexpr std::int64_t kMostSessions = 1024;
constexpr std::int64_t kMostTokens = 4096;
constexpr std::int64_t kGapTokens = 1000;
constexpr std::size_t kEventsAtOnce = 64;

struct SessionsOptions {
  BenchOptions bench;
  std::string sessions = "1,4,16,64";
  std::int64_t tokens = 128;
};

// Seconds of `count` answers at once, from the first question to the last end.
double answer_all(Answering& model, std::int64_t count, std::int64_t tokens) {
  std::vector<Session> sessions;
  for (std::int64_t i = 0; i < count; ++i) sessions.emplace_back(model.engine());
  Queue queue;
  const Stopwatch watch;
  std::vector<Request> requests;
  for (std::int64_t i = 0; i < count; ++i) {
    requests.push_back(
        sessions[static_cast<std::size_t>(i)].generate(question(i), model.endless(tokens), queue));
  }
  for (std::int64_t ended = 0; ended < count;) {
    for (const Event& event : queue.next_some(kEventsAtOnce, std::chrono::milliseconds(-1))) {
      if (!event.terminal()) continue;
      event.check();
      ++ended;
    }
  }
  return watch.seconds();
}

void measure_sessions(Bench& bench, Answering& model, std::int64_t count, std::int64_t tokens) {
  Speed speed;
  double in_steps = 0;
  for (std::int64_t run = -1; run < bench.options().repeats; ++run) {
    const std::uint64_t before = model.engine().stats().step_us;
    const double seconds = answer_all(model, count, tokens);
    if (run < 0) continue;
    speed.seconds.push_back(seconds);
    in_steps += static_cast<double>(model.engine().stats().step_us - before) / 1e6;
  }
  double whole = 0;
  for (const double seconds : speed.seconds) whole += seconds;
  speed.amount = static_cast<double>(count * tokens);
  speed.unit = "tok/s";
  char note[64];
  std::snprintf(note, sizeof note, "%.1f %% of the time outside the model's step",
                100.0 * (1.0 - in_steps / whole));
  speed.note = note;
  bench.report().add({"answers", "pocket", model.weights(), tokens, 0, count}, std::move(speed));
}

// The 95th percentile of each run, quiet or beside pictures.
Speed gaps(Bench& bench, Answering& model, bool beside_pictures) {
  Speed speed;
  for (std::int64_t run = -1; run < bench.options().repeats; ++run) {
    std::vector<double> gaps = model.gaps(kGapTokens, beside_pictures);
    if (run < 0 || gaps.empty()) continue;
    std::sort(gaps.begin(), gaps.end());
    speed.seconds.push_back(gaps[gaps.size() * 95 / 100] * 1e3);
  }
  speed.amount = 1;
  speed.per_unit = true;
  speed.unit = "ms";
  speed.note = "95th percentile of each run";
  return speed;
}

void measure_gaps(Bench& bench, Answering& model) {
  bench.report().add({"gap between tokens, quiet", "pocket", model.weights(), 0, 0, 1},
                     gaps(bench, model, false));
  bench.report().add({"gap between tokens, beside a picture", "pocket", model.weights(), 0, 0, 1},
                     gaps(bench, model, true));
}

}  // namespace

void add_bench_sessions(Command parent) {
  const auto options = std::make_shared<SessionsOptions>();
  Command command = parent.command("sessions", "Many answers at once, and one beside pictures");
  add_bench_options(command, options->bench);
  command.text("--sessions", options->sessions, "Conversations at once, e.g. 1,4,16,64");
  command.integer("--tokens", options->tokens, 2, kMostTokens, "Tokens of each answer");
  command.action([options] {
    const auto counts = numbers_of("--sessions", options->sessions, 1, kMostSessions);
    Bench bench(options->bench);
    Answering model(options->bench.threads);
    for (const std::int64_t count : counts) {
      measure_sessions(bench, model, count, options->tokens);
    }
    measure_gaps(bench, model);
  });
}

}  // namespace arges::cli
