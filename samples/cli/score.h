// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace arges::cli {

// The rule of tools/train/evaluate.py: both sides trimmed, an answer must equal one of those given;
// exactly for the task "reading", without regard to the case of ASCII letters for all others.
bool is_right(const std::string& task, const std::string& answer,
              const std::vector<std::string>& expected);

// Right answers out of n.
struct Tally {
  std::int64_t n = 0;
  std::int64_t right = 0;

  void count(bool answer_right) {
    ++n;
    right += answer_right ? 1 : 0;
  }
  double percent() const;
  // The 95 % Wilson score interval in percent. Precondition of both: n > 0.
  std::pair<double, double> interval() const;
};

}  // namespace arges::cli
