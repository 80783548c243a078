// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstdint>
#include <functional>

#include "kernels/base/status.h"

namespace arges::kernels {

// What the launches of a decode step depend on beside the model: sizes and addresses. The numbers
// in its tables are read on the device.
struct StepKey {
  std::int64_t rows = 0;
  std::int64_t logit_rows = 0;
  const void* tables = nullptr;  // behind them the step finds its workspace
  const void* tables_end = nullptr;
  const void* logits = nullptr;

  auto operator<=>(const StepKey&) const = default;
};

// Keeps the launches of steps, so that a step of a key that was seen before is one launch. Made by
// a backend for itself; one thread at a time.
class StepRecorder {
 public:
  virtual ~StepRecorder() = default;

  // Runs the ops that `queue` calls, or what it called at an earlier run with this key.
  virtual Status run(const StepKey& key, const std::function<Status()>& queue) = 0;
};

}  // namespace arges::kernels
