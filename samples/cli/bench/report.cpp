// SPDX-License-Identifier: Apache-2.0
#include "samples/cli/bench/report.h"

#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>

namespace arges::cli {
namespace {

constexpr double kGiga = 1e9;

// Minimum, median and maximum.
struct Range {
  double least, middle, most;
};

Range range_of(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return {values.front(), values[values.size() / 2], values.back()};
}

std::vector<double> in_units(const Speed& speed) {
  std::vector<double> values;
  for (const double seconds : speed.seconds) {
    values.push_back(speed.per_unit ? seconds / speed.amount : speed.amount / seconds);
  }
  return values;
}

double share_of_ceiling(const Speed& speed) {
  const double rate = speed.work / range_of(speed.seconds).middle;
  return rate / speed.ceiling->rate;
}

// "prefill 512 at 4096, batch 4": what distinguishes a row from its neighbours.
std::string label(const Measurement& m) {
  std::string text = m.what;
  if (m.tokens > 0) text += " " + std::to_string(m.tokens);
  if (m.depth > 0) text += " at " + std::to_string(m.depth);
  if (m.batch > 1) text += ", " + std::to_string(m.batch) + " sequences";
  return m.shape + " " + m.weights + (m.weights.empty() ? "" : " ") + text;
}

void print_text(const Measurement& m, const Speed& speed, const Range& range) {
  std::printf("%-44s %10.3f / %9.3f / %9.3f %-8s", label(m).c_str(), range.least, range.middle,
              range.most, speed.unit.c_str());
  if (speed.ceiling != nullptr) {
    std::printf(" %5.1f %% of %s", 100.0 * share_of_ceiling(speed), speed.ceiling->name.c_str());
  }
  std::printf("%s%s\n", speed.note.empty() ? "" : "; ", speed.note.c_str());
}

void print_json(const Measurement& m, const Speed& speed, const Range& range, int threads) {
  nlohmann::ordered_json row = {
      {"what", m.what},         {"shape", m.shape},  {"weights", m.weights}, {"tokens", m.tokens},
      {"depth", m.depth},       {"batch", m.batch},  {"threads", threads},   {"min", range.least},
      {"median", range.middle}, {"max", range.most}, {"unit", speed.unit}};
  if (speed.ceiling != nullptr) {
    row["ceiling"] = speed.ceiling->name;
    row["share"] = share_of_ceiling(speed);
  }
  if (!speed.note.empty()) row["note"] = speed.note;
  std::printf("%s\n", row.dump().c_str());
}

}  // namespace

void Report::add(const Measurement& measurement, Speed speed) const {
  const Range range = range_of(in_units(speed));
  if (json_) {
    print_json(measurement, speed, range, threads_);
  } else {
    print_text(measurement, speed, range);
  }
  std::fflush(stdout);
}

void Report::add(const Ceiling& ceiling, const std::string& unit) const {
  Measurement measurement;
  measurement.what = ceiling.name;
  measurement.shape = "machine";
  Speed speed;
  speed.seconds = {1.0};
  speed.amount = ceiling.rate / kGiga;
  speed.unit = unit;
  add(measurement, std::move(speed));
}

}  // namespace arges::cli
