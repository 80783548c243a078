// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "bindings_c/include/arges/arges.h"

namespace arges::faults {

// Something that programs do, from its first handle to its last: whatever a call did not get, it
// does without, and it gives back all that it got. Sets no memory aside itself.
struct Scenario {
  const char* name;
  // How many calls and requests ended in a way that no refusal explains. The engine is idle before
  // and behind it.
  int (*run)(arges_engine* engine);
};

std::span<const Scenario> scenarios();

// An engine of the scripted model, which the scenarios run on; null when it was refused.
arges_engine* open_scenario_engine();

}  // namespace arges::faults
