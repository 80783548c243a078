// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

#include "kernels/base/status.h"

namespace arges {

// Asked between the parts of long work (layers of an encoder, slices of a text), from the thread
// that does it: a failure it returns (CANCELLED, DEADLINE) ends the work and is returned. Never
// empty.
using StopCheck = std::function<Status()>;

inline StopCheck never_stop() {
  return [] { return Status(); };
}

}  // namespace arges
