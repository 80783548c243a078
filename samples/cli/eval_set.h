// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace arges::cli {

// What figures of the whole set go by; no task may.
inline constexpr const char* kWholeSet = "all";

// One line of an evaluation set.
struct EvalItem {
  std::string image;  // path, joined to the set's folder
  std::string question;
  std::vector<std::string> answers;  // any of them is right
  std::string task;
};

// Reads JSON lines {"image", "question", "answers", "task"}, at most `limit` of them (0 = all);
// empty lines are skipped. Throws Failure, naming file and line, for others and for a task that is
// called kWholeSet.
std::vector<EvalItem> read_eval_set(const std::string& path, std::size_t limit);

}  // namespace arges::cli
