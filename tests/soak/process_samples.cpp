// SPDX-License-Identifier: Apache-2.0
#include "tests/soak/process_samples.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <span>

namespace arges::soak {
namespace {

constexpr std::int64_t kSlackKib = 4096;

std::int64_t entries_of(const char* folder) {
  return std::distance(std::filesystem::directory_iterator(folder), {});
}

std::int64_t resident_kib() {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    if (word != "VmRSS:") continue;
    std::int64_t kib = 0;
    status >> kib;
    return kib;
  }
  return 0;
}

std::vector<std::int64_t> sorted(std::span<const Sample> samples, std::int64_t Sample::*field) {
  std::vector<std::int64_t> values;
  for (const Sample& sample : samples) values.push_back(sample.*field);
  std::sort(values.begin(), values.end());
  return values;
}

std::string tell(const char* what, std::int64_t before, std::int64_t after) {
  return std::string(what) + " went from " + std::to_string(before) + " to " +
         std::to_string(after);
}

}  // namespace

Sample take_sample(std::int64_t seconds) {
  return {seconds, resident_kib(), entries_of("/proc/self/fd"), entries_of("/proc/self/task")};
}

std::string find_trend(const std::vector<Sample>& samples) {
  const std::size_t third = samples.size() / 3;
  const std::span all(samples);
  const auto middle = all.subspan(third, third);
  const auto last = all.subspan(samples.size() - third);
  // Medians: how many queues clients have open in one sample is chance, what is lost stays.
  const auto median = [third](std::span<const Sample> part, std::int64_t Sample::*field) {
    return sorted(part, field)[third / 2];
  };
  const std::int64_t before = median(middle, &Sample::resident_kib);
  const std::int64_t after = median(last, &Sample::resident_kib);
  if (after > before + before / 100 + kSlackKib) return tell("resident KiB", before, after);
  for (const auto& [what, field] :
       {std::pair("descriptors", &Sample::descriptors), std::pair("threads", &Sample::threads)}) {
    const std::int64_t usual = median(middle, field);
    const std::int64_t now = median(last, field);
    if (now > usual + 1) return tell(what, usual, now);
  }
  return {};
}

}  // namespace arges::soak
