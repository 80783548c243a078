// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "arges/arges.hpp"
#include "samples/cli/eval_set.h"

namespace arges::cli {

struct EvalRunOptions {
  GenerateOptions generate;
  std::size_t parallel = 4;  // sessions in flight
  bool blank = false;        // every picture replaced by plain grey of its size
};

// Asks every question in a session of its own and returns the answers in the set's order. Waits;
// shows progress on a terminal. Throws Failure, naming the picture, when one cannot be answered.
std::vector<std::string> answer_all(const Engine& engine, const std::vector<EvalItem>& items,
                                    const EvalRunOptions& options);

}  // namespace arges::cli
