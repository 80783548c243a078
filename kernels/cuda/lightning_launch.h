// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/cuda/lightning_work.h"

// The launches of the prefill by architecture; each lies in a file compiled for that one.
namespace arges::kernels::cuda {

// What is computed: states of segments, z without a gate, z with one.
enum class PrefillPass { kStates, kPlain, kGated };

struct PrefillLaunch {
  PrefillWork work;
  PrefillPass pass = PrefillPass::kPlain;
  SiluForm silu = SiluForm::kTanh;
  int blocks = 0;
  bool early = false;  // starts while the pass before is ending
};

Status launch_prefill_sm80(const PrefillLaunch& launch, Stream stream);
Status launch_prefill_sm90(const PrefillLaunch& launch, Stream stream);

// segment_states: from the state that each segment adds to the one that it begins with.
Status launch_segment_scan(const PrefillWork& work, bool early, Stream stream);

}  // namespace arges::kernels::cuda
