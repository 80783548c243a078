// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

#include "kernels/base/status.h"

namespace arges::vision {

// Asked between the layers of the encoder, from the thread that encodes: a failure it returns
// (CANCELLED, DEADLINE) ends the work and is returned. Never empty.
using StopCheck = std::function<Status()>;

inline StopCheck never_stop() {
  return [] { return Status(); };
}

}  // namespace arges::vision
