// SPDX-License-Identifier: Apache-2.0
#include "kernels/base/usable_cores.h"

#include <sched.h>

#include <algorithm>
#include <fstream>
#include <limits>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace arges {
namespace {

// The processors of the affinity mask; empty when the system does not say.
std::vector<int> allowed_processors() {
  std::vector<int> processors;
  cpu_set_t mask;
  CPU_ZERO(&mask);
  if (sched_getaffinity(0, sizeof mask, &mask) != 0) return processors;
  for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
    if (CPU_ISSET(cpu, &mask)) processors.push_back(cpu);
  }
  return processors;
}

// One number of a file; `otherwise` where there is none.
double number_in(const std::string& path, double otherwise) {
  std::ifstream file(path);
  double number = 0;
  return file >> number ? number : otherwise;
}

int count_cores(const std::vector<int>& processors) {
  std::set<std::pair<double, double>> cores;
  for (const int cpu : processors) {
    const std::string folder = "/sys/devices/system/cpu/cpu" + std::to_string(cpu) + "/topology/";
    cores.insert({number_in(folder + "physical_package_id", 0),
                  number_in(folder + "core_id", static_cast<double>(cpu))});
  }
  return static_cast<int>(cores.size());
}

// The folder of this process's control group below `root`: v2 says "0::/path" in /proc.
std::string control_group() {
  std::ifstream groups("/proc/self/cgroup");
  for (std::string line; std::getline(groups, line);) {
    if (line.starts_with("0::")) return line.substr(3);
  }
  return "/";
}

// "max 100000" or "150000 100000", microseconds of a period; infinity where nothing limits.
double quota_in(const std::string& path) {
  std::ifstream file(path);
  double quota = 0;
  double period = 0;
  return file >> quota >> period && period > 0 ? quota / period
                                               : std::numeric_limits<double>::infinity();
}

double quota() {
  const std::string v1 = "/sys/fs/cgroup/cpu/cpu.cfs_";
  const double microseconds = number_in(v1 + "quota_us", -1);
  const double period = number_in(v1 + "period_us", 0);
  double cores = microseconds > 0 && period > 0 ? microseconds / period
                                                : std::numeric_limits<double>::infinity();
  // Every group above limits, too; inside a container the own path may not be visible.
  std::string group = control_group();
  for (;;) {
    cores = std::min(cores, quota_in("/sys/fs/cgroup" + group + "/cpu.max"));
    if (group.empty()) return cores;
    group.resize(group.rfind('/') == std::string::npos ? 0 : group.rfind('/'));
  }
}

}  // namespace

int usable_threads() {
  const std::vector<int> processors = allowed_processors();
  if (!processors.empty()) return static_cast<int>(processors.size());
  return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

int usable_cores() {
  const std::vector<int> processors = allowed_processors();
  const int cores = processors.empty() ? usable_threads() : count_cores(processors);
  const double limit = quota();
  return limit < cores ? std::max(1, static_cast<int>(limit + 0.999)) : cores;
}

}  // namespace arges
