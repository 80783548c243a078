// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sdk/fakes/fail_point.h"
#include "sdk/fakes/gate.h"

namespace arges::sdk {

// Where a scripted sequence can be held or fail; shared with the sequences, which may outlive their
// model.
struct SequenceFaults {
  Gate clone_gate;
  Gate write_gate;
  FailPoint clone;
  FailPoint write;
  FailPoint reserve;
};

}  // namespace arges::sdk
