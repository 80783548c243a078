// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/support/check.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

namespace arges::fuzz {

void broken(const std::string& promise) {
  std::fputs("BROKEN PROMISE: ", stderr);
  std::fwrite(promise.data(), 1, promise.size(), stderr);
  std::fputc('\n', stderr);
  std::abort();
}

void require_status(const Status& status, std::initializer_list<StatusCode> listed) {
  if (std::find(listed.begin(), listed.end(), status.code()) != listed.end()) return;
  broken("a status that the door does not list: " + std::string(status_code_name(status.code())) +
         ": " + std::string(status.message()));
}

double CpuTime::now() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

void CpuTime::require_below(double limit, const char* what) const {
  if (seconds() < (kSanitized ? 5 * limit : limit)) return;
  broken(std::string(what) + " took " + std::to_string(seconds()) + " s of processor time");
}

}  // namespace arges::fuzz
