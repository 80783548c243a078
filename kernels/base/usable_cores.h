// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace arges {

// Physical cores that this process may keep busy: those that its affinity allows, counted once
// however many hardware threads they have, and no more than the quota of its control group (v2 or
// v1) rounded up. At least 1. Reads /sys and /proc; what cannot be read does not limit.
int usable_cores();

// Hardware threads that the affinity allows: beyond them, threads share cores by turns.
int usable_threads();

}  // namespace arges
